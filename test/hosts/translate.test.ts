import { describe, expect, it } from 'vitest'
import { questionText } from '../../src/hosts/claude-code/question.ts'
import {
  ANSWER_END,
  answerCall,
  denyAnswer,
  keepSettings,
  NOTED,
  toCall,
} from '../../src/hosts/claude-code/translate.ts'
import { PreToolUse } from '../../src/hosts/claude-code/wire.ts'
import type { CallReply } from '../../src/wire/api.ts'
import { bash, call } from './payloads.ts'

const at = (path: string): string => `/home/ada/shop/${path}`

describe('what the agent wants, in our words', () => {
  it.each([
    [
      'Bash',
      { command: 'rm -rf build', timeout: 5, run_in_background: true, dangerouslyDisableSandbox: true },
      'shell',
      'rm -rf build',
    ],
    ['Read', { file_path: at('a'), offset: 3 }, 'file', { operation: 'read', path: at('a') }],
    ['Write', { file_path: at('a'), content: 'x' }, 'file', { operation: 'write', path: at('a'), content: 'x' }],
    [
      'Edit',
      { file_path: at('a'), old_string: 'x', new_string: 'y' },
      'file',
      { operation: 'edit', path: at('a'), old: 'x', new: 'y' },
    ],
    ['Edit', { file_path: at('a'), old_string: 'x', new_string: 'y', replace_all: true }, 'tool', undefined],
    ['MultiEdit', { file_path: at('a'), edits: [{ old_string: 'x', new_string: 'y' }] }, 'tool', undefined],
    ['NotebookEdit', { notebook_path: at('a.ipynb'), new_source: 'x', edit_mode: 'delete' }, 'tool', undefined],
    ['Write', { file_path: 'a', content: 'x' }, 'tool', undefined],
    ['Write', { file_path: at('a') }, 'tool', undefined],
    ['Bash', { command: 7 }, 'tool', undefined],
    ['mcp__db__query', { sql: 'drop table users' }, 'tool', undefined],
    ['SomethingNew', {}, 'tool', undefined],
  ])('%s %j', (name, input, kind, expected) => {
    const got = toCall(PreToolUse.parse(call(name, input)), '/home/ada')
    const whole = expected ?? { name, arguments: input }
    expect(got).toEqual({
      kind,
      input: whole,
      cwd: '/home/ada/shop',
      home: '/home/ada',
      agent: { name: 'claude-code', run: 'e73a9158' },
    })
  })

  it.each([
    ['no command', { ...bash('ls'), tool_input: undefined }],
    ['a list for input', { ...bash('ls'), tool_input: [] }],
    ['no id', { ...bash('ls'), tool_use_id: '' }],
    ['a relative folder', { ...bash('ls'), cwd: 'shop' }],
    ['no session', { ...bash('ls'), session_id: undefined }],
  ])('is not read out of a payload with %s', (_, payload) => {
    expect(PreToolUse.safeParse(payload).success).toBe(false)
  })
})

const ALLOW: CallReply = {
  ruling: 'allow',
  level: 'advised',
  safeguards: ['snapshot'],
  effects: [
    { verb: 'delete', resource: 'path:/home/ada/shop/build/**', place: 'workspace', undo: 'U1', certainty: 'known' },
  ],
  rule: 'local/exact',
  because: 'it can be taken back',
  receipt: 'r-1',
  outcome: 'handed over',
  text: 'allow  local/exact  it can be taken back',
}
const DENY: CallReply = {
  ...ALLOW,
  ruling: 'deny',
  because: 'it ruins the machine',
  outcome: 'refused',
  text: 'deny  x\nmore',
}
const HOLD: CallReply = {
  ...ALLOW,
  ruling: 'hold',
  safeguards: ['confirm'],
  because: 'deletes 3 files outside the workspace',
  release: { who: 'the operator', where: 'here', how: 'Yes' },
}
const TICKET: CallReply = { ...HOLD, outcome: 'waiting', ticket: 't-42', text: 'hold  x\nmore' }
const QUESTION = { kind: 'question' } as const
const NO_QUESTION = { kind: 'ticket', why: 'headless' } as const

const decision = (answer: string): unknown => JSON.parse(answer).hookSpecificOutput.permissionDecision
const reason = (answer: string): string => JSON.parse(answer).hookSpecificOutput.permissionDecisionReason

describe('the answer to a call', () => {
  it('leaves an allowed call to the questions of the host', () => {
    expect(JSON.parse(answerCall(ALLOW, QUESTION, false))).toEqual({
      hookSpecificOutput: { hookEventName: 'PreToolUse' },
      suppressOutput: false,
    })
  })

  it('allows outright where Interlock took over', () => {
    expect(decision(answerCall(ALLOW, QUESTION, true))).toBe('allow')
  })

  it('asks where the host can', () => {
    expect(decision(answerCall(HOLD, QUESTION, false))).toBe('ask')
    expect(decision(answerCall(HOLD, QUESTION, true))).toBe('ask')
  })

  it('lets a call through that a person confirmed before, without asking again', () => {
    expect(decision(answerCall({ ...HOLD, released: true }, NO_QUESTION, false))).toBeUndefined()
    expect(decision(answerCall({ ...HOLD, released: true }, QUESTION, false))).toBeUndefined()
    expect(decision(answerCall({ ...TICKET, released: true }, QUESTION, false))).toBe('deny')
  })

  it.each<[string, CallReply]>([
    ['a deny', DENY],
    ['a ticket', TICKET],
    ['a hold that the host can not ask', HOLD],
    ['an allow that was not handed over', { ...ALLOW, outcome: 'unknown' }],
    ['an allow that was refused', { ...ALLOW, outcome: 'refused' }],
    ['an allow that somebody else ran', { ...ALLOW, outcome: 'done' }],
    ['a deny that claims to be handed over', { ...DENY, outcome: 'handed over' }],
  ])('denies %s', (_, reply) => {
    expect(decision(answerCall(reply, NO_QUESTION, false))).toBe('deny')
    expect(decision(answerCall(reply, NO_QUESTION, true))).toBe('deny')
  })

  it('says in the first line what matters, and then all of it', () => {
    const denied = reason(answerCall(DENY, NO_QUESTION, false)).split('\n')
    expect(denied[0]).toBe('Interlock denied this: it ruins the machine')
    expect(denied.slice(1)).toEqual(['deny  x', 'more'])
    const held = reason(answerCall(TICKET, NO_QUESTION, false)).split('\n')
    expect(held[0]).toContain('interlock confirm t-42')
    expect(reason(answerCall({ ...DENY, text: 'deny: it ruins the machine\nmore' }, NO_QUESTION, false))).toBe(
      'deny: it ruins the machine\nmore',
    )
  })

  it('is never empty and always ends the same way', () => {
    const answers = [ALLOW, HOLD, DENY, TICKET].map((reply) => answerCall(reply, QUESTION, false))
    for (const answer of [...answers, denyAnswer(ANSWER_END), keepSettings(ANSWER_END), NOTED]) {
      expect(answer.endsWith(ANSWER_END)).toBe(true)
      expect(answer.indexOf(ANSWER_END)).toBe(answer.length - ANSWER_END.length)
      expect(() => JSON.parse(answer)).not.toThrow()
    }
  })
})

describe('the question', () => {
  const many: CallReply = {
    ...HOLD,
    effects: [
      ...ALLOW.effects,
      ...['one', 'two', 'three', 'four', 'five'].map((name) => ({
        verb: 'delete',
        resource: `path:/srv/${name}`,
        place: 'host',
        undo: 'U4' as const,
        certainty: 'known',
      })),
    ],
    instead: 'move them into the workspace',
    precedents: ['In December 2025 an agent deleted an environment.'],
  }

  it('says first what is lost', () => {
    expect(questionText(many).split('\n')[0]).toBe(
      "Can't be undone: delete /srv/one, delete /srv/two, delete /srv/three and 2 more",
    )
    expect(questionText(HOLD).split('\n')[0]).toBe('deletes 3 files outside the workspace')
  })

  it.each([
    ['many effects', many],
    ['long words', { ...many, because: 'x'.repeat(5000), instead: 'y'.repeat(5000) }],
    ['wide letters', { ...many, because: '漢'.repeat(5000) }],
    ['many lines', { ...many, because: 'a\n'.repeat(500) }],
  ])('fits the ten rows that the host shows: %s', (_, reply) => {
    const width = (line: string): number => [...line].reduce((sum, letter) => sum + (letter > '\u10ff' ? 2 : 1), 0)
    const lines = questionText(reply).split('\n')
    const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / 76)), 0)
    expect(rows).toBeLessThanOrEqual(9)
    expect(lines.at(-1)).toContain('r-1')
  })

  it('has no characters that draw something else than they say', () => {
    const text = questionText({ ...HOLD, because: 'a\u202Eb\u200Bc\u001B[2Jd\re\u2028f' })
    expect(text.split('\n')[0]).toBe('a\uFFFDb\uFFFDc\uFFFD[2Jd\uFFFDe\uFFFDf')
  })
})
