import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Piece, partsOf, piecesOf } from '../../web/marks.ts'

/** Marks in brackets, letters that seem to be others in braces, what is not ASCII in angles. */
function shown(text: string, strict = false): string {
  return piecesOf(text, strict).map(bracketed).join('')
}

function bracketed(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return piece.text
    case 'hidden':
      return `[${piece.label}]`
    case 'like':
      return `{${piece.label}}`
    case 'foreign':
      return `<${piece.text}>`
  }
}

describe('what a text hides is shown', () => {
  it.for([
    ['a plain command', 'rm -rf ./build && echo "ok"', 'rm -rf ./build && echo "ok"'],
    ['line breaks and tabs stay', 'a\n\tb', 'a\n\tb'],
    ['a terminal sequence', '\u001b[31mred', '[U+001B ESC][31mred'],
    ['a zero byte', 'a\0b', 'a[U+0000 NUL]b'],
    ['a carriage return, which overwrites a line', 'safe\rrm', 'safe[U+000D CR]rm'],
    ['an override of direction', 'a\u202etxt\u202cb', 'a[U+202E RLO]txt[U+202C PDF]b'],
    ['an isolate', '\u2066x\u2069', '[U+2066 LRI]x[U+2069 PDI]'],
    ['a zero width space', 'pay\u200bpal', 'pay[U+200B zero width space]pal'],
    ['a space that is none', 'rm\u00a0-rf', 'rm[U+00A0 NBSP]-rf'],
    ['tag characters', 'x\u{e0041}', 'x[U+E0041]'],
    ['a filler that has no shape', 'x\u3164y', 'x[U+3164]y'],
    ['half a surrogate pair', 'x\ud800y', 'x[U+D800]y'],
    ['marks piled on a letter', 'a\u0301\u0302\u0303\u0304', 'a\u0301\u0302[U+0303][U+0304]'],
    ['spaces that push text out of sight', `ok${' '.repeat(40)}; rm`, 'ok[40 spaces]; rm'],
    ['and so do empty lines', 'a\n\n\n\n\n\nb', 'a\n[5 empty lines]\nb'],
    ['an emoji in its coloured form', '\u26a0\ufe0f', '\u26a0\ufe0f'],
  ] as const)('%s', ([, text, wanted]) => {
    expect(shown(text)).toBe(wanted)
  })

  it.for([
    ['a Cyrillic letter among Latin ones', 'p\u0430ypal', 'p{U+0430}ypal'],
    ['a word of nothing but such letters', '\u0441\u043e\u0440\u0443', '{U+0441}{U+043E}{U+0440}{U+0443}'],
    ['a Greek letter', 'g\u03bfogle', 'g{U+03BF}ogle'],
    ['a full-width form', '\uff52m', '{U+FF52}m'],
    ['a mathematical one', '\u{1d42b}m', '{U+1D42B}m'],
    ['a slash that is none', 'evil.com\u2215a', 'evil.com{U+2215}a'],
    [
      'a word of another language is one',
      '\u0434\u043b\u044f \u043d\u0430\u0441',
      '\u0434\u043b\u044f \u043d\u0430\u0441',
    ],
    ['so is Japanese beside Latin', 'AWS\u306e\u6771\u4eac', 'AWS\u306e\u6771\u4eac'],
  ] as const)('%s', ([, text, wanted]) => {
    expect(shown(text)).toBe(wanted)
  })

  it('underlines all else that is not ASCII in what would run', () => {
    expect(shown('rm \u2013rf caf\u00e9', true)).toBe('rm <\u2013>rf caf<\u00e9>')
  })

  it('loses and adds no character that can be seen', () => {
    const unit = fc.constantFrom('a', ' ', '\n', '\u0430', '\u202e', '\u00e9', '\u{1d42b}')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const kept = piecesOf(text, true).map((piece) => ('text' in piece ? piece.text : ''))
        expect(kept.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/[\s\u202e]/g, ''))
      }),
    )
  })
})

describe('the parts of an input', () => {
  it('are its texts, each under its name', () => {
    const input = {
      name: 'Write',
      arguments: { path: '/etc/hosts', lines: ['a', 'b'], mode: 420, gone: null, none: {} },
    }
    expect(partsOf(input).map(({ name, text }) => `${name}=${text}`)).toEqual([
      'name=Write',
      'arguments.path=/etc/hosts',
      'arguments.lines.0=a',
      'arguments.lines.1=b',
      'arguments.mode=420',
      'arguments.gone=null',
      'arguments.none={}',
    ])
    expect(partsOf('ls')).toEqual([{ name: '', text: 'ls' }])
  })
})
