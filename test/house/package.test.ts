import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeskProcess } from '../desk/desk-process.ts'
import { freePort, Somebody } from '../desk/world.ts'
import { ROOT, transcripts } from '../transcripts/suite.ts'

let folder: string
let installed: string
const launcher = (): string => join(folder, 'node_modules', '.bin', 'interlock')

function npm(cwd: string, ...args: string[]): void {
  const child = spawnSync('npm', args, { cwd, encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${child.stdout}${child.stderr}`)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-package-'))
  installed = join(folder, 'node_modules', 'interlock')
  npm(ROOT, 'pack', '--pack-destination', folder)
  const [tarball = ''] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"private": true}')
  // Offline: a package that needed another one would fail here.
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', join(folder, tarball))
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the package', () => {
  it('needs no other package, and holds neither sources nor tests', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['interlock'])
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'package.json', 'policies'])
  })

  it('brings the terms of the libraries that it holds', () => {
    expect(readFileSync(join(installed, 'dist', 'LICENSES.txt'), 'utf8')).toContain('@cedar-policy/cedar-wasm')
  })

  it('keeps its modules compiled in the state folder, and nowhere else', () => {
    const [home, state, tmp] = ['home', 'state', 'tmp'].map((name) => join(folder, name)) as [string, string, string]
    for (const place of [home, tmp]) mkdirSync(place)
    const env = { PATH: process.env.PATH, HOME: home, INTERLOCK_HOME: state, TMPDIR: tmp }
    const child = spawnSync(launcher(), ['check', '--', 'ls'], { cwd: home, env, encoding: 'utf8' })
    expect(child).toMatchObject({ status: 0, stderr: '' })
    expect(existsSync(join(state, 'compiled'))).toBe(true)
    expect([...readdirSync(home), ...readdirSync(tmp)]).toEqual([])
  })

  it('serves the desk with its page, and verifies what it wrote', async () => {
    const env = { INTERLOCK_DESK_HOME: join(folder, 'desk'), XDG_CONFIG_HOME: join(folder, 'desk-config') }
    const port = await freePort()
    const desk = await DeskProcess.start(['--port', String(port)], env, launcher())
    const ada = await new Somebody(`http://localhost:${port}`).join(await desk.firstCode(), 'Ada')
    expect((await ada.send<string>('GET', '/')).body).toMatch(/^<!doctype html>/i)
    expect((await ada.send('GET', '/api/people')).body).toMatchObject({ people: [{ name: 'Ada' }] })
    expect(await desk.end('SIGTERM')).toBe(0)
    const verified = spawnSync(launcher(), ['desk', 'verify'], { env: { ...process.env, ...env }, encoding: 'utf8' })
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringMatching(/^intact {2}1 entries/) })
  })

  transcripts(launcher)
})
