import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Json } from '../../core/digest.ts'
import { type Group, hooksFor, isOurs, type Setup } from './hooks.ts'
import { keyTwice, nodeAt, nodeOf, withItem, withoutValue, withValue } from './json-text.ts'

/** What we put into a settings file, enough to take it out again. */
export interface Added {
  readonly groups: Readonly<Record<string, Group>>
  /** Objects and lists that were not there before. */
  readonly made: readonly (readonly string[])[]
  /** Variables of the `env` block, with what they were. */
  readonly env: Readonly<Record<string, { readonly ours: string; readonly before: Json }>>
}

export type SettingsPlan =
  | { readonly kind: 'change'; readonly text: string; readonly added: Added; readonly words: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The host skips a settings file with an error as a whole, silently where nobody looks: these are the parts that are
 * known to void one. What else might is found by the canary.
 */
const Hooks = z.array(z.looseObject({ type: z.string(), timeout: z.number().optional() }))
const Rules = z.array(z.string()).optional()
const Settings = z.looseObject({
  hooks: z.record(z.string(), z.array(z.looseObject({ hooks: Hooks }))).optional(),
  permissions: z.looseObject({ allow: Rules, deny: Rules, ask: Rules }).optional(),
  env: z.record(z.string(), z.json()).optional(),
  model: z.string().optional(),
  disableAllHooks: z.boolean().optional(),
  allowedHttpHookUrls: z.array(z.string()).optional(),
})
type Settings = z.infer<typeof Settings>

/** The settings text with our hooks in it: all else keeps its place and its form. `text` undefined: there is no file. */
export function planInstall(text: string | undefined, setup: Setup, environment: Environment): SettingsPlan {
  const [mark, body] = withoutMark(text === undefined || text.trim() === '' ? '{}\n' : text)
  const read = readSettings(body)
  if (read.kind === 'refused') return read
  const { settings } = read
  if (settings.disableAllHooks) return refused('it switches all hooks off', 'take `disableAllHooks` out of it')
  const urls = settings.allowedHttpHookUrls
  if (urls !== undefined && !urls.some((pattern) => matches(pattern, setup.url)))
    return refused('its `allowedHttpHookUrls` leaves the guard out', `add \`${setup.url}\` to that list`)

  const made: string[][] = []
  const groups = hooksFor(setup)
  let planned = body
  for (const [event, group] of Object.entries(groups)) {
    for (const path of [['hooks'], ['hooks', event]]) if (nodeAt(nodeOf(planned), path) === undefined) made.push(path)
    planned = withItem(planned, ['hooks', event], group)
  }
  const env = throughProxy(settings, environment)
  if (Object.keys(env).length > 0 && settings.env === undefined) made.push(['env'])
  for (const [name, { ours }] of Object.entries(env)) planned = withValue(planned, ['env', name], ours)

  const added = { groups, made, env }
  const fault = whyNotOnlyAdded(settings, planned, added)
  if (fault !== undefined) return refused(fault, 'put the hooks in by hand, or report this file')
  return { kind: 'change', text: mark + planned, added, words: wordsFor(setup, added) }
}

/** Takes our entries out of a file that somebody has edited since; all else keeps its place and its form. */
export function planRemove(text: string, added: Added, setup: Pick<Setup, 'script'>): SettingsPlan {
  const [mark, body] = withoutMark(text)
  const read = readSettings(body)
  if (read.kind === 'refused') return read
  let planned = body
  for (const event of Object.keys(read.settings.hooks ?? {})) planned = withoutHooks(planned, event, setup)
  for (const [name, { ours, before }] of Object.entries(added.env)) {
    // What somebody has set since is theirs.
    if (read.settings.env?.[name] !== ours) continue
    planned = before === null ? withoutValue(planned, ['env', name]) : withValue(planned, ['env', name], before)
  }
  for (const path of added.made.toReversed()) {
    const node = nodeAt(nodeOf(planned), path)
    if (node !== undefined && node.kind !== 'scalar' && node.parts.length === 0) planned = withoutValue(planned, path)
  }
  return { kind: 'change', text: mark + planned, added, words: ['only our entries were taken out of it'] }
}

/** What of ours is missing from these settings; undefined where all is in place and in force. */
export function whatIsMissing(text: string, groups: Readonly<Record<string, Group>>): string | undefined {
  const read = readSettings(withoutMark(text)[1])
  if (read.kind === 'refused') return read.why
  if (read.settings.disableAllHooks) return 'all hooks are switched off'
  const hooks = read.settings.hooks ?? {}
  const gone = Object.keys(groups).find(
    (event) => !hooks[event]?.some((group) => isDeepStrictEqual(group, groups[event])),
  )
  return gone === undefined ? undefined : `the hook on ${gone} is gone`
}

/** These settings switch hooks off for the whole session, wherever the hooks stand. */
export function switchesOff(text: string): boolean {
  const read = readSettings(withoutMark(text)[1])
  return read.kind === 'read' && read.settings.disableAllHooks === true
}

type Read = { readonly kind: 'read'; readonly settings: Settings } | (SettingsPlan & { readonly kind: 'refused' })

function readSettings(body: string): Read {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    return refused(
      `it is not valid JSON (${error instanceof Error ? error.message : ''})`,
      'mend it first: Claude Code skips it as a whole',
    )
  }
  const parsed = Settings.safeParse(value)
  const [issue] = parsed.error?.issues ?? []
  if (!parsed.success)
    return refused(
      `\`${issue?.path.join('.')}\` in it is wrong: ${issue?.message}`,
      'mend it first: Claude Code skips a file with an error as a whole',
    )
  const root = nodeOf(body)
  const twice = keyTwice(root) ?? keyTwice(nodeAt(root, ['hooks'])) ?? keyTwice(nodeAt(root, ['env']))
  if (twice !== undefined) return refused(`it holds the key \`${twice}\` twice`, 'take one of them out')
  return { kind: 'read', settings: parsed.data }
}

/** A group that somebody put hooks of their own into keeps those. */
function withoutHooks(text: string, event: string, setup: Pick<Setup, 'script'>): string {
  const groups = (JSON.parse(text) as { hooks: Record<string, readonly Group[]> }).hooks[event] ?? []
  const paths = groups.flatMap(({ hooks }, at) => {
    const ours = [...hooks.keys()].filter((index) => isOurs(hooks[index] ?? {}, setup))
    const group = ['hooks', event, String(at)]
    return ours.length === hooks.length && ours.length > 0
      ? [group]
      : ours.map((index) => [...group, 'hooks', String(index)])
  })
  // From the end, so that positions before stay what they are.
  return paths.reduceRight(withoutValue, text)
}

/** Requests to hooks go through the proxy of the session, to loopback too, but where NO_PROXY names it. */
function throughProxy(settings: Settings, environment: Environment): Added['env'] {
  const env: Readonly<Record<string, unknown>> = { ...environment, ...settings.env }
  if (!['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'].some((name) => env[name])) return {}
  const listed = (name: string): string[] =>
    String(env[name] ?? '')
      .split(/[\s,]+/)
      .filter((each) => each !== '')
  const names = ['NO_PROXY', 'no_proxy']
  const set = names.filter((name) => env[name] !== undefined)
  const short = (set.length === 0 ? names : set).filter(
    (name) => !listed(name).some((each) => each === '127.0.0.1' || each === '*'),
  )
  return Object.fromEntries(
    short.map((name) => [
      name,
      { ours: [...listed(name), '127.0.0.1'].join(','), before: settings.env?.[name] ?? null },
    ]),
  )
}

/** The new text must say what the old one said and our entries, nothing else. */
function whyNotOnlyAdded(before: Settings, planned: string, added: Added): string | undefined {
  const after = readSettings(planned)
  if (after.kind === 'refused') return `the changed file would be wrong: ${after.why}`
  const hooks = Object.fromEntries(
    Object.entries({ ...before.hooks, ...added.groups }).map(([event]) => {
      const ours = added.groups[event]
      return [event, [...(before.hooks?.[event] ?? []), ...(ours === undefined ? [] : [ours])]]
    }),
  )
  const set = Object.fromEntries(Object.entries(added.env).map(([name, { ours }]) => [name, ours]))
  const env = before.env === undefined && Object.keys(set).length === 0 ? {} : { env: { ...before.env, ...set } }
  const same = isDeepStrictEqual(after.settings, { ...before, hooks, ...env })
  return same ? undefined : 'it could not be changed without changing more than our entries'
}

function wordsFor({ failsClosed, takeOver }: Setup, { env }: Added): string[] {
  return [
    failsClosed
      ? 'every tool call is put to the guard over HTTP; without its answer none runs'
      : 'every tool call is put to the guard by a shell hook (this version lets calls through when an HTTP hook fails); without its answer none runs',
    takeOver
      ? 'what Interlock allows runs without a question of Claude Code'
      : "Claude Code's own questions stay as they are",
    ...Object.keys(env).map((name) => `\`${name}\` names 127.0.0.1, since your proxy would get the calls to the guard`),
  ]
}

function matches(pattern: string, url: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[^\w]/g, '\\$&'))
      .join('.*')}$`,
  ).test(url)
}

function refused(why: string, hint: string): SettingsPlan & { readonly kind: 'refused' } {
  return { kind: 'refused', why, hint }
}

/** A byte order mark is the file's own, and the host reads over it. */
function withoutMark(text: string): [mark: string, body: string] {
  return text.startsWith('\uFEFF') ? ['\uFEFF', text.slice(1)] : ['', text]
}
