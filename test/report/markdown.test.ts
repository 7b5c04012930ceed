import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, it } from 'vitest'
import { block, code, inline } from '../../src/report/escape.ts'
import { gather } from '../../src/report/gather.ts'
import { markdownOf } from '../../src/report/markdown.ts'
import { reportOf } from '../../src/report/report.ts'
import { BESIDE, effect, Written } from './run.ts'

const markdown = new MarkdownIt({ html: true })

/** Every word that somebody else chose. */
async function documentWith(words: string): Promise<string> {
  const person = { id: 'p-1', name: words, at: 0, reason: words }
  const hold = { ruling: 'hold', ticket: words, approvals: 1, effects: [effect({ resource: words, why: words })] }
  const ruled = { ...hold, agent: words, input: words, cwd: words, because: words, instead: words, precedents: [words] }
  const written = new Written()
    .add('started', 'guard', { version: words, user: words, host: words, policy: 'hash', layers: [words] })
    .add('said', 'run-1', { run: 'run-1', what: 'goal', text: words })
    .ruled('r-1', { ...ruled, rule: words, claim: words, noSnapshot: words, workspace: words })
    .add('answered', 'r-1', { ticket: words, answer: 'refused', by: words, forgeable: true, person })
    .ruled('r-2', { ...ruled, released: true })
    .add('granted', 'r-2', { ticket: words, desk: words, grant: words, approved: [person] })
    .closed('r-2', {
      outcome: 'unknown',
      why: words,
      changes: [{ path: words, change: 'deleted', predicted: false }],
      lost: [{ path: words, why: words }],
      unseen: [words],
      overlaps: [words],
      diverged: true,
      head: { commit: words },
    })
    .add('turned', 'breaker', { state: 'stopped', why: words, by: words })
    .ruled('r-3', { ...ruled, ruling: 'deny' })
  return markdownOf(reportOf(await gather(written.read(), 'run-1'), BESIDE))
}

/** The document's bones: what blocks it has, without their words. */
function bones(text: string): readonly string[] {
  return markdown
    .parse(text, {})
    .flatMap(({ type, tag, children }) => [
      `${type} ${tag}`,
      ...(children ?? []).flatMap(({ type: inner, markup }) =>
        /^(?:text|softbreak|code_inline)/.test(inner) ? [] : [`${inner} ${markup}`],
      ),
    ])
}

const HOSTILE: readonly string[] = [
  '# forged heading',
  'x\n\n## Who answers for it\n\n| Agent | nobody | |',
  '```\n# out of the fence\n```',
  '````text\n~~~\n```\n# deeper\n',
  '`a` ``b`` ```c```',
  '</td></table><script>alert(1)</script><!-- ',
  '| a | b |\n|---|---|',
  '![x](http://x/y.png) [y](javascript:alert(1)) <http://x>',
  '**bold** _it_ ~~gone~~ [^1] &lt;b&gt; &#35;',
  '1. one\n- two\n> three\n    four',
  'a\\',
  '\\`\\|',
  '---\n===',
  '[a]: http://x',
  '$x$ :skull: <details>',
  '',
  ' ',
]

describe('words of others in a report', () => {
  it.for(HOSTILE)('stay words: %j', async (words) => {
    expect(bones(await documentWith(words))).toEqual(bones(await documentWith('plain')))
  })

  it('stay words, whatever they are', async () => {
    const expected = bones(await documentWith('plain'))
    const words = fc
      .array(fc.oneof(fc.constantFrom(...HOSTILE, '\n', '`', '|', '\\', '#', '<', '\t'), fc.string({ unit: 'binary' })))
      .map((parts) => parts.join(''))
      .filter((text) => text.trim() !== '')
    await fc.assert(
      fc.asyncProperty(words, async (text) => {
        expect(bones(await documentWith(text))).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('show what would turn or hide them', async () => {
    const shown = await documentWith('a\u202Eb\u0000c\u200Bd')
    expect(shown).toContain('a\\u{202e}b\\u{0}c\\u{200b}d')
    for (const each of ['\u202E', '\u0000', '\u200B']) expect(shown).not.toContain(each)
  })

  it('read as they are once rendered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (text) => {
        const clean = text.replace(/\p{C}/gu, '').trim()
        fc.pre(clean !== '')
        const [paragraph] = markdown.parse(`x ${inline(clean)}`, {}).filter(({ type }) => type === 'inline')
        const words = paragraph?.children?.map(({ content }) => content).join('')
        expect(words).toBe(`x ${clean}`)
        const [span] = markdown
          .parse(`x ${code(clean.replaceAll('|', ''))}`, {})
          .filter(({ type }) => type === 'inline')
        const kept = span?.children?.find(({ type }) => type === 'code_inline')?.content
        expect(kept ?? '(empty)').toBe(clean.replaceAll('|', '') || '(empty)')
        const [fence] = markdown.parse(block(clean).join('\n'), {})
        expect(fence?.content).toBe(`${clean}\n`)
      }),
    )
  })
})
