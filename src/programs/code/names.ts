import type { CodeLanguage } from './language.ts'
import { member, type Reader, thing } from './reader.ts'
import type { Binding, Parameter } from './tree.ts'
import {
  alternatives,
  COMPUTED,
  choice,
  concat,
  each,
  elementOf,
  type Single,
  token,
  unknown,
  type Value,
} from './value.ts'

/** Whatever a name may stand for, wherever it gets that. */
export function named(r: Reader, name: string): Value {
  if (r.names.has(name)) return r.names.get(name) ?? unknown('a value that depends on itself')
  r.names.set(name, undefined)
  const bindings = r.code.bindings.get(name) ?? []
  const values = bindings.flatMap((binding) => (binding.kind === 'grown' ? [] : alternatives(bound(r, binding))))
  const plain = thing(r, name)
  const builtin = r.language.effects[name] !== undefined && (r.language.builtins?.has(name) ?? true)
  const rebound = builtin && !values.some((value) => value.kind === 'thing' && value.name === name)
  // A second meaning doesn't take the first one away: who knows which definition has run.
  if (values.length === 0 || rebound)
    values.push(
      ...alternatives(plain),
      ...r.code.stars.flatMap((module) => alternatives(thing(r, `${module}.${name}`))),
    )
  const value = choice(values)
  const grown = bindings.some(({ kind }) => kind === 'grown') ? each(value, growing) : value
  r.names.set(name, grown)
  return grown
}

function growing(single: Single): Value {
  if (single.kind === 'list') return { ...single, more: true }
  if (single.kind === 'text' && single.type === 'number') return token('a number')
  return single.kind === 'text' ? concat([single, unknown('what is added to it')]) : single
}

function bound(r: Reader, binding: Binding): Value {
  switch (binding.kind) {
    case 'is':
      return r.value(binding.node)
    case 'each':
      return elementOf(r.value(binding.node))
    case 'part':
      return each(bound(r, binding.of), (single) => part(r, single, binding.key))
    case 'parameter':
      return parameter(r, binding)
    case 'module':
      return thing(r, binding.name)
    case 'function':
      return { kind: 'thing', name: '()' }
    default:
      return COMPUTED
  }
}

function part(r: Reader, of: Single, key: number | string): Value {
  if (of.kind === 'list' && typeof key === 'number') return of.items[key] ?? COMPUTED
  if (of.kind === 'thing' && typeof key === 'number') return { ...of, name: `${of.name}[]` }
  return typeof key === 'string' ? member(r, of, key) : COMPUTED
}

/** Known only where all calls are seen: the function is named nowhere but to call it. */
function parameter(r: Reader, { at, name, function: of, each: items, is }: Parameter): Value {
  if (is !== undefined) return r.value(is)
  if (items !== undefined) return at === 0 ? elementOf(r.value(items)) : token('a number')
  const calls = of === undefined ? [] : (r.code.calls.get(of) ?? [])
  const seen =
    of !== undefined &&
    r.code.names.get(of) === calls.length &&
    !r.code.members.has(of) &&
    (r.code.bindings.get(of)?.length ?? 0) <= 1
  if (!seen || calls.length === 0 || calls.some(({ args }) => args.some(({ spread }) => spread)))
    return unknown(`the argument \`${name}\` of a function`)
  const values = calls.flatMap(({ args }) => {
    const given = args.find((arg) => arg.name === name) ?? args.filter((arg) => arg.name === undefined)[at]
    return given === undefined ? [] : [r.value(given.value)]
  })
  return choice(values)
}

/** Modules and functions that objects carry: `self.os = os`, `class A: run = subprocess.run`. */
export function attributes(r: Reader, name: string): readonly Value[] {
  return ['self.', 'cls.', 'this.', '']
    .filter((owner) => r.code.bindings.get(owner + name)?.some(({ kind }) => kind === 'is'))
    .flatMap((owner) => alternatives(named(r, owner + name)))
    .filter((single) => single.kind === 'thing' && rootsOf(r.language).has(single.name.replace(/[.(].*$/, '')))
}

const roots = new WeakMap<CodeLanguage, ReadonlySet<string>>()

/** The modules and functions that can do harm. */
function rootsOf(language: CodeLanguage): ReadonlySet<string> {
  const kept = roots.get(language) ?? new Set(Object.keys(language.effects).map((name) => name.replace(/[.(].*$/, '')))
  roots.set(language, kept)
  return kept
}
