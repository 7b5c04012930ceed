import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ASIDE, HOOK } from '../../src/hosts/git/hook-script.ts'
import { installTrailers, removeTrailers, repositoryAt, trailersInForce } from '../../src/hosts/git/install.ts'
import { allTrailers } from '../../src/hosts/git/record.ts'
import { type Ran, run } from '../../src/process/run.ts'

const THEIRS = '#!/bin/sh\n# theirs \u00e9\necho theirs >> .git/theirs\n'
let folder: string
let work: string
let state: string
let socket: string
let server: Server | undefined
let env: Record<string, string>

const git = (...args: string[]): Promise<Ran> =>
  run('git', args, { cwd: work, env, timeoutMs: 20_000, maxBytes: 1 << 20 })
const message = async (): Promise<string> => (await git('log', '-1', '--format=%B')).stdout.trim()
const hooks = (): string => join(work, '.git/hooks')

/** A guard that knows one open call, or says what it is told to. */
async function guard(answer: string, status = 200): Promise<string[]> {
  const asked: string[] = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status).end(answer)
  })
  await new Promise<void>((resolve) => server?.listen(socket, resolve))
  return asked
}

async function install(): Promise<void> {
  const repository = await repositoryAt(work, env)
  if (repository === undefined) throw new Error('no repository')
  await installTrailers(repository, { state, socket })
}

async function remove(): Promise<void> {
  for (const each of await allTrailers(state)) await removeTrailers(each, state)
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-git-'))
  work = join(folder, "w o'rk")
  state = join(folder, 'state')
  socket = join(folder, 'guard.sock')
  for (const each of [work, state]) mkdirSync(each)
  const who = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'a@x' }
  env = { PATH: process.env.PATH ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_EDITOR: 'true', ...who }
  await git('init', '-q', '-b', 'main')
  rmSync(hooks(), { recursive: true, force: true })
})
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(0) : server.close(resolve)))
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

describe('a commit', () => {
  it('names the receipt that the guard tells, once, also with --no-verify and --amend', async () => {
    const asked = await guard('r-abc234')
    await install()
    await git('commit', '-q', '--allow-empty', '--no-verify', '-m', 'one')
    expect(await message()).toBe('one\n\nInterlock-Receipt: r-abc234')
    await git('commit', '-q', '--allow-empty', '--amend', '--no-edit')
    expect(await message()).toBe('one\n\nInterlock-Receipt: r-abc234')
    expect(asked[0]).toMatch(/^\/v1\/commits\?process=\d+$/)
  })

  it.for([
    ['', 404],
    ['r-', 200],
    ['r-x; touch /tmp/x', 200],
    ['r-a\nSigned-off-by: nobody', 200],
    ['<html>', 200],
    ['r-abc', 500],
  ] as const)('is made without one where the guard answers %j with %i', async ([answer, status]) => {
    await guard(answer, status)
    await install()
    expect((await git('commit', '-q', '--allow-empty', '-m', 'one')).code).toBe(0)
    expect(await message()).toBe('one')
  })

  it('is made without one where the guard is dead', async () => {
    await install()
    expect((await git('commit', '-q', '--allow-empty', '-m', 'one')).code).toBe(0)
    expect(await message()).toBe('one')
  })

  it('whose message is left empty is given up as before', async () => {
    await guard('r-abc234')
    await install()
    expect((await git('commit', '-q', '--allow-empty', '-v')).code).not.toBe(0)
  })

  it('keeps trailers that it has', async () => {
    await guard('r-abc234')
    await install()
    await git('commit', '-q', '--allow-empty', '-m', 'one\n\nwhy\n\nReviewed-by: Ben <b@x>')
    expect(await message()).toBe('one\n\nwhy\n\nReviewed-by: Ben <b@x>\nInterlock-Receipt: r-abc234')
  })
})

describe('a hook that was there', () => {
  beforeEach(() => {
    mkdirSync(hooks())
    writeFileSync(join(hooks(), HOOK), THEIRS)
    chmodSync(join(hooks(), HOOK), 0o750)
  })

  it('runs first, also from a linked working tree, and its No holds', async () => {
    await guard('r-abc234')
    await install()
    await git('commit', '-q', '--allow-empty', '-m', 'one')
    expect(readFileSync(join(work, '.git/theirs'), 'utf8')).toBe('theirs\n')
    expect(await message()).toContain('r-abc234')
    await git('worktree', 'add', '-q', '../linked')
    writeFileSync(join(hooks(), ASIDE), '#!/bin/sh\necho no >&2; exit 3\n')
    const linked = await git('-C', '../linked', 'commit', '-q', '--allow-empty', '-m', 'two')
    expect([linked.code, linked.stderr]).toEqual([1, 'no\n'])
  })

  it('is there again after removal, byte for byte, mode and times included', async () => {
    const before = lstatSync(join(hooks(), HOOK), { bigint: true })
    await install()
    await install()
    expect(readFileSync(join(hooks(), ASIDE), 'utf8')).toBe(THEIRS)
    await remove()
    const after = lstatSync(join(hooks(), HOOK), { bigint: true })
    expect(readFileSync(join(hooks(), HOOK), 'utf8')).toBe(THEIRS)
    expect([after.mode, after.mtimeNs, after.ino]).toEqual([before.mode, before.mtimeNs, before.ino])
    expect(readdirSync(hooks())).toEqual([HOOK])
    expect(await allTrailers(state)).toEqual([])
  })

  it('may be a link, and stays one', async () => {
    rmSync(join(hooks(), HOOK))
    symlinkSync('../../scripts/hook', join(hooks(), HOOK))
    await install()
    await remove()
    expect(lstatSync(join(hooks(), HOOK)).isSymbolicLink()).toBe(true)
  })

  it('that took our place meanwhile is left', async () => {
    await install()
    writeFileSync(join(hooks(), HOOK), '#!/bin/sh\n# another\n')
    expect(await trailersInForce(state)).toEqual([{ repository: work, broken: 'its hook was changed' }])
    await remove()
    expect(readFileSync(join(hooks(), HOOK), 'utf8')).toContain('another')
    expect(readFileSync(join(hooks(), ASIDE), 'utf8')).toBe(THEIRS)
  })
})

describe('a repository', () => {
  it('without hooks has none again after removal', async () => {
    await install()
    expect(await trailersInForce(state)).toEqual([{ repository: work }])
    await remove()
    expect(readdirSync(join(work, '.git'))).not.toContain('hooks')
  })

  it('whose hooks serve others too is refused, and nothing is written', async () => {
    mkdirSync(join(folder, 'all'))
    await git('config', '--global', 'core.hooksPath', join(folder, 'all'))
    await expect(install()).rejects.toMatchObject({ code: 'trailers/shared' })
    expect(readdirSync(join(folder, 'all'))).toEqual([])
  })

  it('that shares its hooks as files is refused; a folder that git ignores, as husky makes, is taken', async () => {
    mkdirSync(join(work, '.husky/_'), { recursive: true })
    await git('config', 'core.hooksPath', '.husky/_')
    await expect(install()).rejects.toMatchObject({ code: 'trailers/tracked' })
    writeFileSync(join(work, '.husky/_/.gitignore'), '*\n')
    await guard('r-abc234')
    await install()
    await git('commit', '-q', '--allow-empty', '-m', 'one')
    expect(await message()).toContain('r-abc234')
  })
})
