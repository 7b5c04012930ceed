import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** A source file, as far as the checks of the house look at it. */
export interface Source {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  /** Dotted names that are read or called: `process.env`, `Date.now()`, `new Date()`. */
  readonly uses: readonly { readonly name: string; readonly line: number }[]
  readonly functions: readonly Measured[]
}

/** A function that has a name, and its lines without those of named functions inside it. */
interface Measured {
  readonly name: string
  readonly line: number
  readonly lines: number
}

export interface Import {
  readonly from: string
  readonly line: number
  /** Erased when it runs: `import type`, or an import whose every name is a type. */
  readonly type: boolean
}

/** Stands for the specifier of an `import()` that is known only when it runs. */
export const COMPUTED = 'a computed path'

export function readTree(root: string, folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => files(join(root, folder), /\.tsx?$/))
    .map((file) => {
      return readSource(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8'))
    })
}

/** Files below `folder` whose name matches, in order; installed packages left out. A folder that isn't there is empty. */
export function files(folder: string, name: RegExp): string[] {
  return entries(folder)
    .filter((entry) => entry.name !== 'node_modules' && entry.name !== '.git')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return files(path, name)
      return name.test(entry.name) ? [path] : []
    })
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const broken = parsed.errors[0]
  if (broken) throw new Error(`${path} can't be parsed: ${broken.message}`)
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const imports: Import[] = []
  const uses: Source['uses'][number][] = []
  const spans: Measured[] = []

  for (const found of parsed.module.staticImports)
    imports.push({
      from: found.moduleRequest.value,
      line: lineAt(found.start),
      type: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
    })
  for (const found of parsed.module.staticExports.flatMap((statement) => statement.entries)) {
    if (!found.moduleRequest) continue
    imports.push({ from: found.moduleRequest.value, line: lineAt(found.start), type: found.isType })
  }

  const measure = (node: { start: number; end: number }, name: string): void => {
    const line = lineAt(node.start)
    spans.push({ name, line, lines: lineAt(node.end) - line + 1 })
  }
  new Visitor({
    ImportExpression: (node) => {
      const from = node.source.type === 'Literal' ? String(node.source.value) : COMPUTED
      imports.push({ from, line: lineAt(node.start), type: false })
    },
    TSImportType: (node) => {
      imports.push({ from: String(node.source.value), line: lineAt(node.start), type: true })
    },
    FunctionDeclaration: (node) => measure(node, node.id?.name ?? 'a function'),
    MethodDefinition: (node) => measure(node, node.key.type === 'Identifier' ? node.key.name : 'a method'),
    Property: (node) => {
      const isFunction = node.value.type === 'ArrowFunctionExpression' || node.value.type === 'FunctionExpression'
      if (isFunction) measure(node, node.key.type === 'Identifier' ? node.key.name : 'a property')
    },
    VariableDeclarator: (node) => {
      const isFunction = node.init?.type === 'ArrowFunctionExpression' || node.init?.type === 'FunctionExpression'
      if (isFunction) measure(node, node.id.type === 'Identifier' ? node.id.name : 'a function')
    },
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || node.computed || node.property.type !== 'Identifier') return
      uses.push({ name: `${node.object.name}.${node.property.name}`, line: lineAt(node.start) })
    },
    NewExpression: (node) => {
      if (node.callee.type !== 'Identifier' || node.arguments.length > 0) return
      uses.push({ name: `new ${node.callee.name}()`, line: lineAt(node.start) })
    },
  }).visit(parsed.program)
  return { path, lines: text.split('\n').length - 1, imports, uses, functions: spans.map((span) => alone(span, spans)) }
}

function alone(span: Measured, spans: readonly Measured[]): Measured {
  const within = (a: Measured, b: Measured): boolean =>
    a !== b && a.line >= b.line && a.line + a.lines <= b.line + b.lines
  const inner = spans.filter((other) => within(other, span) && other.lines < span.lines)
  const outermost = inner.filter((other) => !inner.some((third) => within(other, third) && third.lines > other.lines))
  return { ...span, lines: outermost.reduce((lines, other) => lines - other.lines, span.lines) }
}
