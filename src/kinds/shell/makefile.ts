/** What make sets by itself. */
const BUILT_IN: Readonly<Record<string, string>> = {
  MAKE: 'make',
  RM: 'rm -f',
  CC: 'cc',
  CXX: 'c++',
  CPP: 'cc -E',
  LD: 'ld',
  AR: 'ar',
  AS: 'as',
  SHELL: '/bin/sh',
  CURDIR: '.',
}

interface Rule {
  readonly needs: readonly string[]
  readonly lines: readonly string[]
}

interface Makefile {
  readonly values: ReadonlyMap<string, string>
  readonly rules: ReadonlyMap<string, Rule>
  readonly first: string | undefined
}

const MOST_TARGETS = 200
const DEEPEST = 12
/** Stands for what make computes and we don't: a variable that no shell has. */
const UNKNOWN = '"$what_make_computes"'

/**
 * The recipes that these goals run, those of what they need before them, as one shell text; a goal `NAME=value` sets a
 * variable. Undefined where no goal is among the targets. Read line by line: patterns, functions of make's own and
 * included files are left out, and branches of conditions are all taken.
 */
export function recipes(text: string, goals: readonly string[]): string | undefined {
  const given = goals.flatMap((goal) => {
    const [, name, value] = /^(\w+)[:+?!]?=(.*)$/s.exec(goal) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  const makefile = read(text)
  const values = new Map([...Object.entries(BUILT_IN), ...makefile.values, ...given])
  const named = goals.filter((goal) => !/^\w+[:+?!]?=/.test(goal) && !goal.startsWith('-'))
  const targets = named.some((goal) => makefile.rules.has(goal))
    ? named
    : named.join() === 'make'
      ? [makefile.first]
      : []
  const lines: string[] = []
  const seen = new Set<string>()
  const visit = (target: string): void => {
    const rule = makefile.rules.get(target)
    if (rule === undefined || seen.has(target) || seen.size > MOST_TARGETS) return
    seen.add(target)
    const needs = expand(rule.needs.join(' '), values).split(' ')
    for (const need of needs) visit(need)
    const own = new Map([...values, ['@', target], ['<', needs[0] ?? ''], ['^', needs.join(' ')]])
    lines.push(...rule.lines.map((line) => recipe(line, own)).filter((line) => line !== ''))
  }
  for (const target of targets) if (target !== undefined) visit(target)
  return seen.size === 0 ? undefined : lines.map((line) => `(${line}\n)`).join('\n')
}

function read(text: string): Makefile {
  const values = new Map<string, string>()
  const rules = new Map<string, { needs: string[]; lines: string[] }>()
  let first: string | undefined
  let current: { needs: string[]; lines: string[] }[] = []
  for (const line of text.replace(/[ \t]*\\\r?\n[ \t]*/g, ' ').split(/\r?\n/)) {
    if (line.startsWith('\t')) {
      for (const rule of current) rule.lines.push(line.trim())
      continue
    }
    const assigned = /^(?:export\s+|override\s+)*([\w.-]+)\s*(?:::?:?|\?|\+)?=\s*(.*)$/.exec(line)
    if (assigned?.[1] !== undefined) {
      values.set(assigned[1], (assigned[2] ?? '').replace(/\s+#.*$/, ''))
      continue
    }
    const ruled = /^([^\s#:][^:#=]*?)\s*::?\s*([^=]*?)(?:;(.*))?$/.exec(line)
    if (ruled?.[1] === undefined) {
      if (line.trim() !== '' && !line.startsWith('#')) current = []
      continue
    }
    const needs = (ruled[2] ?? '')
      .replace(/#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && word !== '|')
    current = expand(ruled[1], values)
      .split(/\s+/)
      .map((target) => {
        const rule = rules.get(target) ?? { needs: [], lines: [] }
        rule.needs.push(...needs)
        if (ruled[3] !== undefined) rule.lines.push(ruled[3].trim())
        rules.set(target, rule)
        if (!target.startsWith('.') && !target.includes('%')) first ??= target
        return rule
      })
  }
  return { values, rules, first }
}

/** One line of a recipe as the shell gets it. What make computes as the command itself is the project's own. */
function recipe(line: string, values: ReadonlyMap<string, string>): string {
  const text = expand(line.replace(/^[@+-]+\s*/, ''), values).trim()
  return /^"\$\w+"/.test(text) ? '' : text
}

function expand(text: string, values: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > DEEPEST || text.length > 65_536) return UNKNOWN
  return text.replace(
    /\$(?:\$|\(shell ((?:[^()]|\([^()]*\))*)\)|[({]([^\s(){}$:]+)[)}]|([@<^?*]|\w)|[({](?:[^(){}]|\([^()]*\)|\{[^{}]*\})*[)}])/g,
    (whole, command?: string, long?: string, short?: string) => {
      if (whole === '$$') return '$'
      if (command !== undefined) return `$(${expand(command, values, depth + 1)})`
      const name = long ?? short ?? ''
      const value = values.get(name)
      if (value !== undefined) return expand(value, values, depth + 1)
      // What the file does not set may come from the environment.
      return /^[A-Za-z_]\w*$/.test(name) ? `"$${name}"` : UNKNOWN
    },
  )
}
