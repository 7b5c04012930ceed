import { resolve } from 'node:path'
import type { Facts } from '../../core/study.ts'
import { known } from '../../lang/field.ts'
import type { Scope } from '../../lang/shell/scope.ts'
import type { Language, ScriptTouch } from '../../programs/grammar.ts'

/** Folders whose programs are what their name says; anywhere else the name is whatever somebody chose. */
const PROGRAM_FOLDERS =
  /^(?:\/usr(?:\/local)?|\/opt\/[^/]+|\/snap|\/home\/linuxbrew\/\.linuxbrew)?\/s?bin\/[^/]+$|^\/(?:nix\/store|(?:usr\/)?lib\w*|opt)\//

export function isProgram(path: string): boolean {
  return PROGRAM_FOLDERS.test(path)
}

/** A command that names a file rather than a program: `./deploy.sh`, `/tmp/cat`. Undefined for a program. */
export function scriptNamed(
  name: string,
  scope: Scope,
  facts: Facts,
): Pick<ScriptTouch, 'path' | 'language'> | undefined {
  if (!name.includes('/') || name.endsWith('/interlock')) return undefined
  const cwd = scope.cwd.unknown === undefined ? scope.cwd.text : facts.surroundings.workspace
  const path = resolve(cwd, name)
  const own = path.startsWith(`${facts.surroundings.workspace}/`)
  if ((isProgram(path) && !own) || isInstalled(path)) return undefined
  return { path: known(path), language: languageOf(path) }
}

/** Programs that a package manager put into a project or a home: known by name like any other. */
export function isInstalled(path: string): boolean {
  return /\/(?:node_modules\/\.bin|\.venv\/bin|venv\/bin|env\/bin|vendor\/bin|\.cargo\/bin|\.local\/bin|go\/bin|\.bun\/bin|\.deno\/bin|shims)\/[^/]+$/.test(
    path,
  )
}

/** The language that a script's first line names. */
export function shebang(text: string): Language | undefined {
  const first = /^#!\s*\S*?(?:env\s+(?:-\S+\s+)*)?([a-z]+)[\d.]*(?:\s|$)/.exec(text.slice(0, 200))?.[1]
  return first === undefined ? undefined : SHEBANGS.get(first)
}

const SHEBANGS: ReadonlyMap<string, Language> = new Map(
  Object.entries({
    sh: 'sh',
    bash: 'sh',
    dash: 'sh',
    zsh: 'sh',
    ksh: 'sh',
    python: 'python',
    node: 'node',
    deno: 'node',
    bun: 'node',
    tsx: 'node',
    perl: 'perl',
    ruby: 'ruby',
    php: 'php',
  } satisfies Record<string, Language>),
)

const ENDINGS: ReadonlyMap<string, Language> = new Map(
  Object.entries({
    py: 'python',
    js: 'node',
    mjs: 'node',
    cjs: 'node',
    ts: 'node',
    pl: 'perl',
    rb: 'ruby',
    php: 'php',
    ps1: 'powershell',
  } satisfies Record<string, Language>),
)

/** By the end of its name; a shell's where that says nothing. */
export function languageOf(path: string): Language {
  return ENDINGS.get(path.slice(path.lastIndexOf('.') + 1)) ?? 'sh'
}
