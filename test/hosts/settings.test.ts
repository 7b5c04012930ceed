import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hooksFor, type Setup } from '../../src/hosts/claude-code/hooks.ts'
import {
  type Added,
  planInstall,
  planRemove,
  type SettingsPlan,
  whatIsMissing,
} from '../../src/hosts/claude-code/settings.ts'

const SETUP: Setup = {
  url: 'http://127.0.0.1:4100/hosts/claude-code',
  token: 'secret',
  script: "/home/ada/it's/hook.sh",
  takeOver: false,
  failsClosed: true,
}
const OLD: Setup = { ...SETUP, failsClosed: false }

function changed(plan: SettingsPlan): { text: string; added: Added; words: readonly string[] } {
  if (plan.kind === 'refused') throw new Error(plan.why)
  return plan
}
const install = (text: string | undefined, setup = SETUP, environment = {}) =>
  changed(planInstall(text, setup, environment))
const remove = (text: string, added: Added): string => changed(planRemove(text, added, SETUP)).text

const hook = fc.record(
  { type: fc.constantFrom('command', 'http'), command: fc.string(), timeout: fc.nat() },
  { requiredKeys: ['type'] },
)
const group = fc.record({ matcher: fc.string(), hooks: fc.array(hook, { maxLength: 2 }) }, { requiredKeys: ['hooks'] })
const settings = fc.record(
  {
    model: fc.string(),
    hooks: fc.dictionary(
      fc.constantFrom('PreToolUse', 'Stop', 'SessionStart', 'Notification', 'a"b'),
      fc.array(group, { maxLength: 3 }),
    ),
    env: fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.string(),
    ),
    permissions: fc.record({ allow: fc.array(fc.string()) }),
    extra: fc.jsonValue(),
    'a "key" {[,]}:\\': fc.jsonValue(),
  },
  { requiredKeys: [] },
)

/** JSON text with every kind of gap between its tokens. */
const text = fc
  .tuple(
    settings,
    fc.infiniteStream(fc.constantFrom('', ' ', '\n', '\r\n', '\t', '  \n    ')),
    fc.constantFrom('', '\uFEFF'),
  )
  .map(([value, gaps, mark]) => {
    const gap = (): string => gaps.next().value ?? ''
    const render = (each: unknown): string => {
      if (Array.isArray(each)) return `[${gap()}${each.map((item) => render(item) + gap()).join(`,${gap()}`)}]`
      if (each === null || typeof each !== 'object') return JSON.stringify(each)
      const members = Object.entries(each).map(
        ([key, inner]) => `${JSON.stringify(key)}${gap()}:${gap()}${render(inner)}${gap()}`,
      )
      return `{${gap()}${members.join(`,${gap()}`)}}`
    }
    return mark + gap() + render(value) + gap()
  })
const parse = (json: string): Record<string, unknown> => JSON.parse(json.replace(/^\uFEFF/, ''))

describe('putting the hooks in', () => {
  it('adds our entries and changes nothing else, whatever the file looks like', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (before, failsClosed) => {
        const setup = { ...SETUP, failsClosed }
        const { text: after, added } = install(before, setup)
        expect(whatIsMissing(after, hooksFor(setup))).toBeUndefined()
        const old = parse(before) as { hooks?: Record<string, unknown[]> }
        const now = parse(after) as { hooks: Record<string, unknown[]> }
        for (const [event, ours] of Object.entries(added.groups))
          expect(now.hooks[event]).toEqual([...(old.hooks?.[event] ?? []), ours])
        expect({ ...now, hooks: undefined }).toEqual({ ...old, hooks: undefined })
      }),
    )
  })

  it('keeps every line that was there', () => {
    const before = '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [ ]\n\t}\n}\n'
    const after = install(before).text
    expect(after.startsWith('{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [')).toBe(true)
    expect(after).toContain('\n\t\t"PreToolUse": [\n\t\t\t{\n\t\t\t\t"hooks": [')
    expect(after.endsWith('\n\t}\n}\n')).toBe(true)
  })

  it.each([undefined, '', ' \n', '{}', '{\n}\n', '{ "model": "opus" }'])('takes %j for what it is', (before) => {
    expect(whatIsMissing(install(before).text, hooksFor(SETUP))).toBeUndefined()
  })

  it('blocks where the guard is silent, on every version', () => {
    const { PreToolUse, ConfigChange } = hooksFor(SETUP)
    for (const each of [PreToolUse, ConfigChange])
      expect(each?.hooks[0]).toMatchObject({ type: 'http', onFailure: 'block' })
    const old = hooksFor(OLD)
    for (const event of ['PreToolUse', 'ConfigChange'])
      expect(old[event]?.hooks[0]).toMatchObject({
        type: 'command',
        command: expect.stringMatching(new RegExp(`it'.''s/hook.sh' ${event}.* .. exit 2$`)),
      })
  })

  it.each([
    ['broken JSON', '{'],
    ['comments', '// x\n{}'],
    ['a comma too many', '{"model":"opus",}'],
    ['a list', '[]'],
    ['null for permissions', '{"permissions":null}'],
    ['a number for a model', '{"model":5}'],
    ['a text for a time limit', '{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","timeout":"5"}]}]}}'],
    ['a group without hooks', '{"hooks":{"PreToolUse":[{}]}}'],
    ['rules that are no list', '{"permissions":{"allow":"Bash"}}'],
    ['hooks twice', '{"hooks":{},"hooks":{}}'],
    ['an event twice', '{"hooks":{"Stop":[],"Stop":[]}}'],
    ['hooks that are switched off', '{"disableAllHooks":true}'],
    ['a list of URLs without ours', '{"allowedHttpHookUrls":["https://example.com/*"]}'],
  ])('leaves a file with %s alone and says why', (_, before) => {
    const plan = planInstall(before, SETUP, {})
    expect(plan.kind).toBe('refused')
    expect(plan).toMatchObject({ why: expect.stringMatching(/^[a-z`]/), hint: expect.stringMatching(/./) })
  })

  it('takes a list of URLs that has ours', () => {
    expect(planInstall('{"allowedHttpHookUrls":["http://127.0.0.1:*"]}', SETUP, {}).kind).toBe('change')
  })
})

describe('a proxy', () => {
  const env = (before: string, environment: object): unknown =>
    parse(install(before, SETUP, { ...environment }).text).env
  it.each([
    ['none', '{}', {}, undefined],
    [
      'a proxy that would get the calls',
      '{}',
      { HTTP_PROXY: 'http://p' },
      { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    ],
    ['a proxy with exceptions', '{}', { https_proxy: 'http://p', NO_PROXY: 'a, b' }, { NO_PROXY: 'a,b,127.0.0.1' }],
    ['exceptions that name the guard', '{}', { HTTP_PROXY: 'http://p', NO_PROXY: 'localhost,127.0.0.1' }, undefined],
    ['exceptions for all', '{}', { HTTP_PROXY: 'http://p', no_proxy: '*' }, undefined],
    [
      'the small name hides the large one',
      '{}',
      { HTTP_PROXY: 'p', NO_PROXY: '127.0.0.1', no_proxy: 'x' },
      { no_proxy: 'x,127.0.0.1' },
    ],
    [
      'a proxy in the file',
      '{"env":{"HTTP_PROXY":"p","A":"b"}}',
      {},
      { HTTP_PROXY: 'p', A: 'b', NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    ],
    ['exceptions in the file', '{"env":{"NO_PROXY":"x"}}', { HTTP_PROXY: 'p' }, { NO_PROXY: 'x,127.0.0.1' }],
  ])('%s', (_, before, environment, expected) => {
    expect(env(before, environment)).toEqual(expected)
  })
})

describe('taking the hooks out of a file that was edited since', () => {
  it('gives back what the file said, whatever it looks like', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (before, proxied) => {
        const { text: after, added } = install(before, SETUP, proxied ? { HTTP_PROXY: 'p' } : {})
        expect(parse(remove(after, added))).toEqual(parse(before))
      }),
    )
  })

  it('gives it back to the byte where the file has a usual form', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom('\t', '  ', '    '), (value, indent) => {
        const before = `${JSON.stringify(value, null, indent)}\n`
        const { text: after, added } = install(before)
        expect(remove(after, added)).toBe(before)
      }),
    )
  })

  it('keeps what somebody put beside ours, and into our groups', () => {
    const { text: after, added } = install('{}')
    const value = parse(after) as { hooks: Record<string, { hooks: unknown[] }[]> }
    const own = { type: 'command', command: 'say hi' }
    value.hooks.PreToolUse?.unshift({ hooks: [own] })
    value.hooks.Stop?.[0]?.hooks.push(own)
    value.hooks.Mine = [{ hooks: [own] }]
    const left = parse(remove(JSON.stringify(value), added))
    expect(left).toEqual({
      hooks: { PreToolUse: [{ hooks: [own] }], Stop: [{ hooks: [own] }], Mine: [{ hooks: [own] }] },
    })
  })

  it('finds ours where somebody edited them, and of another port', () => {
    const { text: after, added } = install('{}')
    expect(parse(remove(after.replaceAll('4100', '4999').replaceAll('60', '5'), added))).toEqual({})
  })

  it('keeps a variable that somebody has set since', () => {
    const { text: after, added } = install('{"env":{"NO_PROXY":"x"}}', SETUP, { HTTP_PROXY: 'p' })
    expect(parse(remove(after, added)).env).toEqual({ NO_PROXY: 'x' })
    expect(parse(remove(after.replace('x,127.0.0.1', 'y'), added)).env).toEqual({ NO_PROXY: 'y' })
  })

  it('does not touch a file that it can not read', () => {
    expect(planRemove('{', install('{}').added, SETUP).kind).toBe('refused')
  })
})

describe('noticing that the hooks are gone', () => {
  const groups = hooksFor(SETUP)
  const whole = install('{}').text
  it.each([
    ['nothing', whole, undefined],
    ['an entry', whole.replace('"SessionEnd"', '"Other"'), 'the hook on SessionEnd is gone'],
    [
      'what makes it block',
      whole.replace('"onFailure": "block"', '"onFailure": "ignore"'),
      'the hook on PreToolUse is gone',
    ],
    ['all', '{}', 'the hook on PreToolUse is gone'],
    ['all, by a switch', whole.replace('{', '{"disableAllHooks":true,'), 'all hooks are switched off'],
    ['the file’s form', whole.slice(1), expect.stringContaining('not valid JSON')],
  ])('missing: %s', (_, now, missing) => {
    expect(whatIsMissing(now, groups)).toEqual(missing)
  })
})
