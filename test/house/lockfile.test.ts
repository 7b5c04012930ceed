import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Locked {
  readonly integrity?: string
  readonly resolved?: string
  readonly optionalDependencies?: Record<string, string>
  readonly hasInstallScript?: boolean
  /** It lies in the package that it is listed below, and that one's hash covers it. */
  readonly inBundle?: boolean
}

const ROOT = join(import.meta.dirname, '..', '..')
const locked = (path: string): [string, Locked][] =>
  Object.entries(JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages)

it.for(['package-lock.json', 'tools/node/package-lock.json'])('%s pins every package by its hash', (path) => {
  const fetched = locked(path).filter(([name, entry]) => name !== '' && entry.inBundle !== true)
  const loose = fetched.filter(([, entry]) => !entry.integrity?.startsWith('sha512-'))
  expect(loose.map(([name]) => name)).toEqual([])
})

it.for(['package-lock.json', 'tools/node/package-lock.json'])('%s names no registry', (path) => {
  expect(locked(path).filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
})

// `npm ci` refuses a lockfile from which a binary for another system is missing, on every system.
it.for(['package-lock.json', 'tools/node/package-lock.json'])('%s holds the binaries of all systems', (path) => {
  const names = new Set(locked(path).map(([name]) => name))
  const wanted = locked(path).flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
  expect(wanted.filter((name) => !names.has(`node_modules/${name}`))).toEqual([])
})

it('lets no package run a script when it is installed', () => {
  const { allowScripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const scripted = locked('package-lock.json').filter(([, entry]) => entry.hasInstallScript)
  const names = scripted.map(([name]) => name.replace(/^.*node_modules\//, ''))
  expect(allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])))
})
