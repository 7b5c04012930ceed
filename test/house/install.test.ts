import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** Does what `npm ci` would, as far as the bootstrap looks: notes what is installed, or fails with `$FAILS`. */
const NPM = `#!/bin/sh
echo "$@" >> calls
[ -n "$FAILS" ] && echo "npm error code $FAILS" >&2 && exit 1
rm -rf node_modules && mkdir node_modules && cp "$INSTALLED" node_modules/.package-lock.json
`

let clone: string
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'interlock-clone-'))
  mkdirSync(join(clone, 'test', 'bench'), { recursive: true })
  for (const file of ['package.json', 'tools/bootstrap.mjs', 'tools/install.mjs'])
    cpSync(join(ROOT, file), join(clone, file))
  mkdirSync(join(clone, 'path'))
  writeFileSync(join(clone, 'path', 'npm'), NPM, { mode: 0o755 })
  writeFileSync(join(clone, 'test/bench/main.ts'), "console.log('it ran')")
  lock({ 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-z' } })
})
afterEach(() => {
  rmSync(clone, { recursive: true, force: true })
})

function lock(packages: Record<string, object>, file = 'package-lock.json'): void {
  writeFileSync(join(clone, file), JSON.stringify({ packages: { '': {}, ...packages } }))
}

function calls(): string[] {
  const path = join(clone, 'calls')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

/** Runs `npm run bench` as npm would. */
function bench(env: Record<string, string> = {}): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const npm = { PATH: `${join(clone, 'path')}:${process.env.PATH}`, INSTALLED: 'package-lock.json' }
    const args = [join(clone, 'tools/bootstrap.mjs'), 'bench']
    const child: ChildProcess = spawn(process.execPath, args, { cwd: clone, env: { ...process.env, ...npm, ...env } })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    child.on('close', (code) => resolve({ code, said }))
  })
}

it('installs what the lockfile names, says how big that is, runs no install script, and then goes on', async () => {
  const first = await bench()
  expect(first).toMatchObject({
    code: 0,
    said: expect.stringMatching(/installing .* MB .*\n.*installed in .*\nit ran\n/s),
  })
  expect(calls()).toEqual(['ci --ignore-scripts --no-audit --no-fund --loglevel=error'])
})

it('installs nothing the second time, and again when the lockfile has changed', async () => {
  await bench()
  expect((await bench()).said).toBe('it ran\n')
  expect(calls()).toHaveLength(1)
  lock({ 'node_modules/zod': { version: '4.0.1', integrity: 'sha512-y' } })
  await bench()
  expect(calls()).toHaveLength(2)
})

it('wants the binaries of this system, and no others', async () => {
  const { platform, arch } = process
  const here = { version: '1.0.0', integrity: 'sha512-h', optional: true, os: [platform], cpu: [arch] }
  lock({ 'node_modules/here': here, 'node_modules/there': { ...here, os: ['aix'] } })
  lock({}, 'neither.json')
  const without = await bench({ INSTALLED: 'neither.json' })
  expect(without).toMatchObject({ code: 1, said: expect.stringContaining('npm left out packages') })
  lock({ 'node_modules/here': here }, 'ours.json')
  expect((await bench({ INSTALLED: 'ours.json' })).code).toBe(0)
})

it.for([
  ['ENOTFOUND', 'the npm registry could not be reached', 'check the network'],
  ['ENOSPC', 'the disk is full', 'free about'],
  ['EACCES', 'a folder can not be written', 'run as the user'],
  ['EINTEGRITY', 'a package is not the one that package-lock.json names', 'do not go on'],
  ['EWHATEVER', 'npm failed', 'type `npm ci`'],
] as const)('says what to do when npm fails with %s', async ([code, what, todo]) => {
  const failed = await bench({ FAILS: code })
  expect(failed.code).toBe(1)
  expect(failed.said).toMatch(new RegExp(`${what}\n  npm error code ${code}\nwhat to do: ${todo}`))
})
