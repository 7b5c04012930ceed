import type { CommandNode, Redirection } from 'unbash'
import { anything, type Field, known, show } from '../field.ts'
import { expandParts, expandSingle, type Substitute } from './expand.ts'
import type { Invocation, Redirect } from './invocation.ts'
import type { Input, Scope } from './scope.ts'

export interface Redirects {
  readonly redirects: readonly Redirect[]
  /** What comes on the standard input. */
  readonly feed: Input
  /** The scope with what is read from each descriptor. */
  readonly inside: Scope
  readonly sent: Invocation['sent']
}

/** What the redirections of one command make of its descriptors, from left to right. */
export function redirected(all: readonly Redirection[], scope: Scope, input: Input, by: Substitute): Redirects {
  if (all.length === 0 && input.kind === 'inherited')
    return { redirects: [], feed: scope.descriptors.get('0') ?? input, inside: scope, sent: undefined }
  const descriptors = new Map(scope.descriptors)
  if (input.kind !== 'inherited') descriptors.set('0', input)
  const redirects: Redirect[] = []
  let sent: Invocation['sent']
  let { errors } = scope
  let fed = input.kind === 'text' && input.piped === true
  const feeds = (number: string, from: Input): void => {
    descriptors.set(number, number === '0' && fed ? SEVERAL : from)
    fed ||= number === '0'
  }
  for (const each of all) {
    const number = numberOf(each.descriptor)
    const from = number ?? '0'
    if (each.type === 'HereDoc') {
      const { body } = each
      const text = body.parts === undefined ? known(body.text) : expandParts(body.parts, scope, by)
      feeds(from, { kind: 'text', text })
      continue
    }
    if (each.target === undefined) continue
    for (const path of expandSingle(each.target, scope, by)) {
      if (each.type === 'HereString') feeds(from, { kind: 'text', text: path })
      else if (each.operator === '<&' || (each.operator === '>&' && isNumber(path))) {
        if (each.operator === '<&') descriptors.set(from, behind(path.text.replace('-', ''), descriptors))
        else if (number === '2') errors = 'joined'
        else if ((number ?? '1') === '1' && path.text !== '1')
          sent = /^(?:2|-)$/.test(path.text) && errors === 'apart' ? 'errors' : 'somewhere'
      } else {
        const operator = OPERATORS[each.operator] ?? 'both'
        redirects.push({
          operator,
          path,
          output: operator !== 'read' && (number ?? '1') === '1',
        })
        if (operator === 'read' || operator === 'both') feeds(from, { kind: 'file', path })
      }
    }
  }
  return { redirects, feed: descriptors.get('0') ?? input, inside: { ...scope, descriptors, errors }, sent }
}

/** What of its output comes where the output of the commands around it goes. */
export function reaching(output: Field, { redirects, sent }: Pick<Invocation, 'redirects' | 'sent'>): Field {
  if (sent === 'errors' || redirects.some((each) => each.output)) return known('')
  return sent === 'somewhere' && show(output) !== '' ? anything('what is sent to another descriptor') : output
}

/** What it prints is sent elsewhere, too: behind a pipe that is one of two places. */
export function forks(node: CommandNode): boolean {
  const redirects = node.type === 'Command' || node.type === 'Redirected' ? node.redirects : []
  return redirects.some((each) => /^&?>[>|]?$/.test(each.operator) && (numberOf(each.descriptor) ?? '1') === '1')
}

/** Behind a command its own redirections are gone; what `exec` made of the shell's in the meantime is not. */
export function closed(scope: Scope, inside: Scope, after: Scope): Scope {
  const changed = [...after.descriptors].filter(([number, input]) => inside.descriptors.get(number) !== input)
  const descriptors = changed.length === 0 ? scope.descriptors : new Map([...scope.descriptors, ...changed])
  return { ...after, descriptors, errors: scope.errors }
}

/** A variable's descriptor goes by its name; undefined where the operator's own is meant. */
function numberOf(descriptor: Redirection['descriptor']): string | undefined {
  if (descriptor === undefined) return undefined
  return descriptor.type === 'FileDescriptor' ? String(descriptor.value) : descriptor.name
}

/** Not a file: `>&2`, `>&$fd`. */
function isNumber(path: Field): boolean {
  return /^(?:\d+-?|-)$/.test(path.text) || path.unknown !== undefined
}

/** What another descriptor holds; a variable's number is not followed. */
function behind(number: string, descriptors: ReadonlyMap<string, Input>): Input {
  if (number === '0') return descriptors.get('0') ?? { kind: 'inherited' }
  return descriptors.get(number) ?? { kind: 'text', text: anything('what is read from another descriptor') }
}

/** bash reads the last of them, zsh all. */
const SEVERAL: Input = { kind: 'text', text: anything('several inputs at once') }

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
