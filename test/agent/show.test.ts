import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entry, plain, show } from '../../src/agent/show.ts'
import type { ToolCall } from '../../src/agent/tools.ts'
import { denied, held, ran } from './fake-guard.ts'

const LOOK = { width: 60, colour: false }
const call = { toolName: 'shell', toolCallId: 'c', input: { command: 'ls' } } as ToolCall

describe('what a person sees', () => {
  it('marks the words before a call as a claim, and the last words as a summary', () => {
    expect(show({ kind: 'said', text: 'Because.', claim: true }, LOOK)).toEqual(['', '  claim       Because.'])
    expect(show({ kind: 'said', text: 'Done.', claim: false }, LOOK)).toEqual(['', '  summary     Done.'])
  })

  it('says in words, not in colour, that nothing ran, why, and what to do', () => {
    const effect = {
      verb: 'delete',
      resource: 'aws:stack/a',
      place: 'production:a',
      undo: 'U4',
      certainty: 'known',
    } as const
    const reply = { ...denied(''), effects: [effect], precedents: ['December 2025.'], instead: 'Change the code.' }
    const text = show({ kind: 'answered', call, reply }, { ...LOOK, width: 200 }).join('\n')
    expect(text).toMatch(/DENIED, nothing ran: a test/)
    expect(text).toMatch(/effects +delete aws:stack\/a in production:a: can't be undone/)
    expect(text).toMatch(/precedent +December 2025/)
    expect(text).toMatch(/instead +Change the code/)
  })

  it('says who can release a hold, where and how', () => {
    const release = { who: 'the operator', where: 'in a terminal', how: 'interlock confirm t-1' }
    const reply = { ...held('t-1', ''), release }
    const text = show({ kind: 'waiting', ticket: 't-1', reply }, LOOK).join('\n')
    expect(text).toMatch(/HELD, nothing ran/)
    expect(text).toMatch(/the operator, in a terminal: interlock\n +confirm t-1/)
  })

  it('keeps the end of a long output and the exit code', () => {
    const output = Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n')
    const lines = show({ kind: 'answered', call, reply: ran(output, 2) }, LOOK).map((line) => line.trim())
    expect(lines).toEqual(['… 43 lines more', ...Array.from({ length: 7 }, (_, i) => `line ${43 + i}`), 'exit code 2'])
  })

  it('never passes on what a terminal would obey or hide', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[[\p{Cc}\p{Cf}]--[\n]]/v)
      }),
    )
    expect(plain('\u001b[2Jrm\u202e\r')).toBe('�[2Jrm��')
  })

  it('fits the width and loses nothing but spaces', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,80}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(words, fc.integer({ min: 40, max: 120 }), (list, width) => {
        const lines = entry('label', list.join(' '), { width, colour: false })
        for (const line of lines) expect(line.length).toBeLessThan(width)
        expect(
          lines
            .map((line) => line.slice(14))
            .join('')
            .replaceAll(' ', ''),
        ).toBe(list.join(''))
      }),
    )
  })
})
