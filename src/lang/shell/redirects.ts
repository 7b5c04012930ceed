import type { Redirection } from 'unbash'
import { anything, known } from '../field.ts'
import { expandParts, expandSingle, type Substitute } from './expand.ts'
import type { Redirect } from './invocation.ts'
import type { Input, Scope } from './scope.ts'

export interface Redirects {
  readonly redirects: readonly Redirect[]
  /** What is read from each descriptor, by its number; what is not there is inherited. */
  readonly descriptors: ReadonlyMap<string, Input>
}

/** What the redirections of one command make of its descriptors, from left to right. */
export function redirected(all: readonly Redirection[], scope: Scope, input: Input, by: Substitute): Redirects {
  if (all.length === 0 && input.kind === 'inherited') return { redirects: [], descriptors: scope.descriptors }
  const descriptors = new Map(scope.descriptors)
  if (input.kind !== 'inherited') descriptors.set('0', input)
  const redirects: Redirect[] = []
  for (const each of all) {
    const number = numberOf(each.descriptor)
    const from = number ?? '0'
    if (each.type === 'HereDoc') {
      const { body } = each
      const text = body.parts === undefined ? known(body.text) : expandParts(body.parts, scope, by)
      descriptors.set(from, { kind: 'text', text })
      continue
    }
    if (each.target === undefined) continue
    for (const path of expandSingle(each.target, scope, by)) {
      if (each.type === 'HereString') descriptors.set(from, { kind: 'text', text: path })
      else if (/^[<>]&$/.test(each.operator) && (/^(?:\d+-?|-)$/.test(path.text) || path.unknown !== undefined)) {
        if (each.operator === '<&') descriptors.set(from, behind(path.text.replace('-', ''), descriptors))
      } else {
        const operator = OPERATORS[each.operator] ?? 'both'
        redirects.push({
          operator,
          path,
          output: operator !== 'read' && (number ?? '1') === '1',
        })
        if (operator === 'read' || operator === 'both') descriptors.set(from, { kind: 'file', path })
      }
    }
  }
  return { redirects, descriptors }
}

/** A variable's descriptor goes by its name; undefined where the operator's own is meant. */
function numberOf(descriptor: Redirection['descriptor']): string | undefined {
  if (descriptor === undefined) return undefined
  return descriptor.type === 'FileDescriptor' ? String(descriptor.value) : descriptor.name
}

/** What another descriptor holds; a variable's number is not followed. */
function behind(number: string, descriptors: ReadonlyMap<string, Input>): Input {
  if (number === '0') return descriptors.get('0') ?? { kind: 'inherited' }
  return descriptors.get(number) ?? { kind: 'text', text: anything('what is read from another descriptor') }
}

const OPERATORS: Readonly<Record<string, Redirect['operator']>> = {
  '>': 'write',
  '>|': 'write',
  '&>': 'write',
  '>&': 'write',
  '>>': 'append',
  '&>>': 'append',
  '<': 'read',
  '<&': 'read',
  '<>': 'both',
}
