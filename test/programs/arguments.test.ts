import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Field, known, show } from '../../src/lang/field.ts'
import { compileGrammar, parseArguments } from '../../src/programs/arguments.ts'
import type { Program } from '../../src/programs/grammar.ts'

const PROGRAM: Program = {
  options: '-r,-R,--recursive -f,--force -o,--output=write -i,--in-place=?data -n,--lines=data --pair=data+data -C=cwd',
}

function parse(args: readonly (string | Field)[], program: Program = PROGRAM) {
  const parsed = parseArguments(
    args.map((arg) => (typeof arg === 'string' ? known(arg) : arg)),
    compileGrammar(program, ''),
  )
  return {
    flags: [...parsed.flags],
    values: Object.fromEntries([...parsed.values].map(([name, given]) => [name, given.map(show)])),
    operands: parsed.operands.map(show),
    separator: parsed.separator,
    unsure: parsed.unsure,
    moved: parsed.moved && [show(parsed.moved.cwd), ...parsed.moved.args.map(show)],
  }
}

describe('the option grammar', () => {
  it('takes bundles apart and calls each option by its first spelling', () => {
    expect(parse(['-fR', 'a']).flags).toEqual(['-f', '-r'])
  })

  it('takes a value glued on, behind the option, behind `=`, and at the end of a bundle', () => {
    for (const args of [['-oout'], ['-o', 'out'], ['--output=out'], ['--output', 'out'], ['-fo', 'out'], ['-foout']])
      expect(parse(args).values).toEqual({ '-o': ['out'] })
  })

  it('takes an optional value only where it is glued on', () => {
    expect(parse(['-i', 'a'])).toMatchObject({ flags: ['-i'], values: {}, operands: ['a'] })
    expect(parse(['-i.bak', '--in-place=.old', 'a']).values).toEqual({ '-i': ['.bak', '.old'] })
  })

  it('takes several values', () => {
    expect(parse(['--pair', 'a', 'b', 'c'])).toMatchObject({ values: { '--pair': ['a', 'b'] }, operands: ['c'] })
  })

  it('accepts a long option cut short as long as it is the only one', () => {
    expect(parse(['--rec', '--out', 'x'])).toMatchObject({ flags: ['-r', '-o'], values: { '-o': ['x'] } })
    const two = { options: '--remove --remote' }
    expect(parse(['--rem'], two).flags).toEqual(['--rem'])
    expect(parse(['--remov'], two).flags).toEqual(['--remove'])
  })

  it('finds options behind operands, but none behind `--`', () => {
    expect(parse(['a', '-f', '--', '-r'])).toMatchObject({ flags: ['-f'], operands: ['a', '-r'], separator: 1 })
  })

  it('stops at the first operand where the program does', () => {
    expect(parse(['-f', 'cmd', '-r'], { ...PROGRAM, style: 'stop' })).toMatchObject({
      flags: ['-f'],
      operands: ['cmd', '-r'],
    })
  })

  it('leaves out the options that lead to another folder, and says which', () => {
    expect(parse(['-C', 'a', '-fC', 'b', 'x']).moved).toEqual(['a/b', '-f', 'x'])
  })

  it('keeps what could be an option as an operand, and says so', () => {
    const unknown: Field = { text: '', glob: false, unknown: { why: 'not set', shape: 'text', suffix: '' } }
    expect(parse([unknown])).toMatchObject({ operands: ['…'], unsure: 'not set' })
    expect(parse([{ ...unknown, text: '-r' }])).toMatchObject({ flags: ['-r'], unsure: 'not set' })
    expect(parse([{ ...unknown, text: '--output=' }])).toMatchObject({ values: { '-o': ['…'] }, unsure: undefined })
    expect(parse(['--', unknown]).unsure).toBeUndefined()
  })

  it('loses no argument', () => {
    const word = fc.constantFrom('-r', '-rf', '-o', '-ox', '--output=y', '--', '-', 'a', '--rec', '-C', '--pair', '-i')
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        const parsed = parseArguments(args.map(known), compileGrammar(PROGRAM, ''))
        const operands = parsed.operands.map(show)
        const behind = parsed.separator === undefined ? [] : operands.slice(parsed.separator)
        // All that stands behind the `--` that ends the options is an operand, and nothing is one that was not given.
        expect(args.slice(args.length - behind.length)).toEqual(behind)
        if (parsed.separator !== undefined) expect(args[args.length - behind.length - 1]).toBe('--')
        for (const operand of operands) expect(args).toContain(operand)
      }),
    )
  })
})
