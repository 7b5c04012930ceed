import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, Touch } from './grammar.ts'
import { cut, from, object, opaque, path, shell } from './touch.ts'

/** Settings whose value git runs. */
const RUNS =
  /^(?:core\.(?:sshcommand|fsmonitor|pager|editor|askpass|gitproxy|alternaterefscommand)|sequence\.editor|gpg\.(?:\w+\.)?program|credential\.(?:.*\.)?helper|diff\.external|diff\..*\.(?:command|textconv)|filter\..*\.(?:clean|smudge|process)|merge\..*\.driver|(?:merge|diff)tool\..*\.(?:cmd|path)|pager\..*|interactive\.difffilter|uploadpack\.packobjectshook|remote\..*\.(?:uploadpack|receivepack)|(?:man|browser)\..*\.(?:cmd|path)|web\.browser|sendemail\..*cmd|trailer\..*\.(?:command|cmd)|tar\..*\.command|alias\..*|submodule\..*\.update|gc\..*command|help\.browser)$/
const FOLDER_OF_CODE = /^(?:core\.hookspath|init\.templatedir|include\.path|includeif\..*\.path)$/

const WRITES = /^trace2\.\w+target$/
const WORKS_IN = /^core\.worktree$/

/** What a setting brings to run, where it does. */
function setting(key: string, given: Field): readonly Touch[] {
  const name = key.toLowerCase()
  if (FOLDER_OF_CODE.test(name) && !/^(?:\/dev\/null)?$/.test(given.text))
    return [{ kind: 'load', from: given, by: `\`${name}\`` }]
  if (WRITES.test(name)) return given.text.startsWith('/') ? [path('update', given)] : []
  if (WORKS_IN.test(name)) return [path('update', given, { tree: true })]
  if (/^(?:remote|url)\./.test(name) && /\b\w+::/.test(key + given.text))
    return [opaque('a git transport that runs a program')]
  // An alias runs only where it is called; `!` marks what a shell is given.
  if (!RUNS.test(name) || name.startsWith('alias.') || /^(?:true|false|0|1|)$/.test(literal(given) ?? 'x')) return []
  return [shell(/^!/.test(given.text) ? from(given, 1) : given)]
}

/** `git -c key=value`: any verb may run it. */
export function forcedConfig(args: Arguments): readonly Touch[] {
  const hidden = (args.values.get('--config-env') ?? []).filter(({ text }) => {
    const name = text.slice(0, text.lastIndexOf('=')).toLowerCase()
    return RUNS.test(name) || FOLDER_OF_CODE.test(name)
  })
  if (hidden.length > 0) return [opaque('a setting of git that a variable holds')]
  return (args.values.get('-c') ?? []).flatMap((field) => {
    const [key, given] = cut(field, '=') ?? [field.text, known('true')]
    return /^[\w-]+\./.test(key) ? setting(key, given) : []
  })
}

/** What git only shows, or chooses by: it neither runs nor opens anything. */
const INERT =
  /^(?:user|author|committer|color|column|init|pull|push|fetch|rebase|merge|advice|log|status|branch|rerere|help|blame|commit|tag|i18n|core|pack|safe)\.(?!.*(?:template|program|helper|gpg|sign|cmd|command|hook|driver|editor|pager|askpass|fsmonitor|proxy|attributesfile|worktree|bare|sparse|protect))[\w.-]+$/

const READS = ['--get', '--get-all', '--get-regexp', '--get-urlmatch', '-l']
const REMOVES = ['--unset', '--unset-all', '--remove-section', '--rename-section']

/** `git config [get|set|…] KEY [VALUE]`. */
export function configTouches(args: Arguments): readonly Touch[] {
  const word = args.operands[0]?.text ?? ''
  const verb = /^(?:get|set|list|unset|edit|rename-section|remove-section)$/.test(word) ? word : ''
  const [key, given] = verb === '' ? args.operands : args.operands.slice(1)
  const writes =
    verb === 'set' || /^(?:unset|edit|re)/.test(verb) || has(args, '-e', '--add', '--replace-all', ...REMOVES)
  const reads = /^(?:get|list)$/.test(verb) || has(args, ...READS)
  if (reads || (!writes && given === undefined)) return []
  const own = !has(args, '--global', '--system')
  const name = (literal(key ?? known('')) ?? '').toLowerCase()
  const later = RUNS.test(name) || FOLDER_OF_CODE.test(name)
  if (has(args, '--global') && INERT.test(name)) return [path('update', known('~/.gitconfig'), { traits: ['inert'] })]
  return [
    object('update', ['git', 'setting'], key, {
      where: own ? 'workspace' : 'host',
      undo: 'U2',
      ...(later ? { traits: ['startup'] } : {}),
    }),
  ]
}

export function remoteTouches(args: Arguments): readonly Touch[] {
  const [verb, name] = args.operands
  if (verb === undefined || /^(?:show|get-url|update|prune)$/.test(verb.text)) return []
  const change = /^(?:remove|rm)$/.test(verb.text) ? 'delete' : verb.text === 'add' ? 'create' : 'update'
  const url = args.operands.at(-1)?.text ?? ''
  if (/^(?:add|set-url)$/.test(verb.text) && /^\w+::/.test(url)) return [opaque('a git transport that runs a program')]
  return [object(change, ['git', 'remote'], name, { where: 'workspace', undo: 'U2' })]
}
