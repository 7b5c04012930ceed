import { known, literal } from '../lang/field.ts'
import type { CommandLine, Language } from './grammar.ts'

/** Code that a program runs without being told to, by the names that it looks for. */
export interface Custom {
  readonly language: Language
  /** Seen from the folder that it runs in. */
  readonly files: readonly string[]
  /** Git's hooks: seen from the folder that its settings name, too. */
  readonly hooks?: readonly string[]
}

const ENDS = ['js', 'cjs', 'mjs', 'ts', 'mts']

const FILES: ReadonlyMap<string, Custom> = new Map<string, Custom>([
  ...['jest', 'vitest', 'playwright', 'cypress', 'eslint', 'webpack', 'rollup', 'vite', 'next', 'prettier'].map(
    (name) =>
      [name, { language: 'node', files: ENDS.map((end) => `${name}.config.${end}`) }] satisfies [string, Custom],
  ),
  ['mocha', { language: 'node', files: ['.mocharc.js', '.mocharc.cjs'] }],
  ['karma', { language: 'node', files: ['karma.conf.js'] }],
  ['gulp', { language: 'node', files: ['gulpfile.js', 'gulpfile.mjs'] }],
  ['grunt', { language: 'node', files: ['Gruntfile.js'] }],
  ['pytest', { language: 'python', files: ['conftest.py', 'tests/conftest.py', 'test/conftest.py'] }],
  ['py.test', { language: 'python', files: ['conftest.py', 'tests/conftest.py', 'test/conftest.py'] }],
  ['nox', { language: 'python', files: ['noxfile.py'] }],
  ['rake', { language: 'ruby', files: ['Rakefile', 'rakefile'] }],
  ['rspec', { language: 'ruby', files: ['spec/spec_helper.rb'] }],
])

const HOOKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['commit', ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit']],
  ['merge', ['pre-merge-commit', 'post-merge']],
  ['pull', ['post-merge']],
  ['push', ['pre-push']],
  ['checkout', ['post-checkout']],
  ['switch', ['post-checkout']],
  ['rebase', ['pre-rebase', 'post-rewrite']],
])
/** Those that `--no-verify` leaves out. */
const VERIFIES = /^(?:pre-commit|commit-msg|pre-push|pre-merge-commit|pre-rebase)$/

export function customOf({ name, args }: CommandLine): Custom | undefined {
  if (name !== 'git') return FILES.get(/^(?:python|py)[\d.]*$/.test(name) ? moduleOf(args) : name)
  const words = args.map((field) => literal(field) ?? '')
  const verb = words.find((word) => HOOKS.has(word)) ?? ''
  const skips = words.includes('--no-verify') || (verb === 'commit' && words.includes('-n'))
  const hooks = (HOOKS.get(verb) ?? []).filter((hook) => !skips || !VERIFIES.test(hook))
  const files = hooks.flatMap((hook) => [`.git/hooks/${hook}`, `.husky/${hook}`])
  return hooks.length === 0 ? undefined : { language: 'sh', files, hooks }
}

/** `python -m pytest`. */
function moduleOf(args: CommandLine['args']): string {
  const at = args.findIndex((field) => literal(field) === '-m')
  return (at < 0 ? undefined : literal(args[at + 1] ?? known(''))) ?? ''
}
