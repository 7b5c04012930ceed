import type { Reader } from './reader.ts'
import { filled } from './rules.ts'
import type { Node } from './tree.ts'
import { alternatives, COMPUTED, choice, concat, each, joinPaths, type Single, token, type Value } from './value.ts'

/** Operators that choose one of their operands. */
const CHOOSES = /^(?:\|\||&&|\?\?|\/\/|or|and|if|else|\?|:)$/
const NEVER = /^(?:die|exit|raise|abort|croak|sys\.exit|process\.exit)\(\)$/

/** What operators make of their operands: texts and paths are followed, the rest is some number. */
export function operated(r: Reader, operators: readonly string[], operands: readonly Node[]): Value {
  const first = operators[0] ?? ''
  if (first === 'if' && !operators.includes('else')) return r.value(operands[0] ?? { kind: 'group', others: [] })
  const values = operands.map((operand) => r.value(operand))
  if (operators.some((operator) => CHOOSES.test(operator))) {
    // The condition of `a ? b : c` and of `b if a else c` is no outcome.
    const chosen = values.filter((_, i) => operators[i] !== '?' && operators[i - 1] !== 'if')
    return choice(chosen.flatMap(alternatives).filter((value) => !(value.kind === 'thing' && NEVER.test(value.name))))
  }
  return values.reduce(
    (left, right, i) => (i === 0 ? right : operate(r, operators[i - 1] ?? '', left, right)),
    COMPUTED as Value,
  )
}

function operate(r: Reader, operator: string, left: Value, right: Value): Value {
  if (operator === r.language.concat || operator === '+') {
    if (left.kind === 'list')
      return right.kind === 'list'
        ? { kind: 'list', items: [...left.items, ...right.items].slice(0, 100), more: left.more || right.more }
        : { ...left, more: true }
    return [left, right].every((value) => alternatives(value).every(isNumber))
      ? token('a number')
      : concat([left, right])
  }
  if (operator === '/' && r.language.name === 'python')
    return each(left, (single) => (isNumber(single) ? token('a number') : joinPaths([single, right])))
  if (operator === '%')
    return each(left, (single) =>
      isNumber(single)
        ? token('a number')
        : filled(single, /%(\w?)/, right.kind === 'list' ? right.items : [right], new Map()),
    )
  return token('what it calculates')
}

function isNumber(value: Single): boolean {
  return (
    value.kind === 'text' &&
    (value.type === 'number' || (value.field.unknown?.shape === 'token' && value.field.text === ''))
  )
}
