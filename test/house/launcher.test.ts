import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const BIN = join(import.meta.dirname, '..', '..', 'bin')

let folder: string
let path: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'interlock launcher-')))
  path = join(folder, 'path')
  cpSync(BIN, join(folder, 'it', 'bin'), { recursive: true })
  // The launcher's own tools, without any Node that this machine has in the same folder.
  mkdirSync(path)
  for (const tool of ['readlink', 'sh']) symlinkSync(`/bin/${tool}`, join(path, tool))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A program that says which Node it stands for and what it was given. */
function fakeNode(place: string, version: string): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, `#!/bin/sh\n[ "$1" = -v ] && echo ${version} && exit\necho "${version}:" "$@"\n`)
  chmodSync(place, 0o755)
}

function launch(program: string, args: readonly string[] = [], env: Record<string, string> = {}): string {
  const home = join(folder, 'home')
  const child = spawnSync(program, args, { cwd: folder, env: { PATH: path, HOME: home, ...env }, encoding: 'utf8' })
  return `${child.stdout}${child.stderr}`.replaceAll(folder, '').trim()
}

it("takes a clone's own Node before the machine's", () => {
  fakeNode(join(path, 'node'), 'v26.0.0')
  fakeNode(join(folder, 'it/tools/node/node_modules/.bin/node'), 'v24.1.0')
  expect(launch(join(folder, 'it/bin/interlock'), ['check', 'a b'])).toBe(
    'v24.1.0: --disable-warning=ExperimentalWarning /it/bin/../bin/main.mjs check a b',
  )
})

it('finds itself through links, relative and absolute', () => {
  fakeNode(join(path, 'node'), 'v24.0.0')
  mkdirSync(join(folder, 'links'))
  symlinkSync('../it/bin/interlock', join(folder, 'links', 'one'))
  symlinkSync(join(folder, 'links', 'one'), join(path, 'interlock'))
  expect(launch(join(path, 'interlock'))).toMatch(/\/links\/\.\.\/it\/bin\/\.\.\/bin\/main\.mjs$/)
  expect(launch('sh', ['-c', 'interlock status'])).toMatch(/main\.mjs status$/)
  expect(launch('sh', ['-c', 'cd it/bin && sh interlock status'])).toMatch(/\.\.\/bin\/main\.mjs status$/)
})

it("starts the machine's Node without asking its version", () => {
  fakeNode(join(path, 'node'), 'v20.0.0')
  expect(launch(join(folder, 'it/bin/interlock'))).toMatch(/^v20\.0\.0: .*main\.mjs$/)
})

describe('when main.mjs found that one too old', () => {
  const search = { INTERLOCK_NODE: 'search' }

  it('looks further on the path', () => {
    fakeNode(join(path, 'node'), 'v20.20.2')
    fakeNode(join(folder, 'later on/node'), 'v24.3.0')
    const env = { ...search, PATH: `${path}:${join(folder, 'later on')}` }
    expect(launch(join(folder, 'it/bin/interlock'), ['status'], env)).toMatch(/^v24\.3\.0: .*main\.mjs status$/)
  })
  beforeEach(() => {
    fakeNode(join(path, 'node'), 'v22.17.9')
  })

  it('takes the one installed beside the package', () => {
    fakeNode(join(folder, '.bin/node'), 'v22.18.0')
    expect(launch(join(folder, 'it/bin/interlock'), ['status'], search)).toMatch(/^v22\.18\.0: .*main\.mjs status$/)
  })

  it('takes one that nvm keeps', () => {
    fakeNode(join(folder, 'home/.nvm/versions/node/v20.1.0/bin/node'), 'v20.1.0')
    fakeNode(join(folder, 'home/.nvm/versions/node/v24.0.0/bin/node'), 'v24.0.0')
    expect(launch(join(folder, 'it/bin/interlock'), ['status'], search)).toMatch(/^v24\.0\.0: .*main\.mjs status$/)
  })
})
