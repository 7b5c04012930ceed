import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../src/process/run.ts'
import type { Guards, OneTime } from '../../src/wire/desk.ts'
import { freePort, Somebody } from '../desk/world.ts'
import { ROOT } from '../integration/place.ts'

/** What docs/desk.md tells a newcomer to type, typed by two users of this machine. */
const GUIDE = readFileSync(join(ROOT, 'docs/desk.md'), 'utf8')
const [DESK, DAN] = ['interlock-guide-desk', 'interlock-guide-dan']
const CANT = ['useradd', 'userdel', 'runuser', 'openssl', 'npm', 'git'].find(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
)
const WHY_NOT = userInfo().uid !== 0 ? 'it makes two users, which takes root' : CANT && `${CANT} is not installed`

let folder: string
let names: Readonly<Record<string, string>>
let origin: string
let secure: string
let desk: ChildProcess | undefined
let said = ''
let ada: Somebody
let ben: Somebody
let dan: Somebody

/** The one line of the guide that begins so, with this machine's names in place of the guide's. */
function line(start: string, more: Readonly<Record<string, string>> = {}): string {
  const lines = GUIDE.split('\n').filter((each) => /^ {4,}/.test(each) && each.trim().startsWith(start))
  const exact = lines.filter((each) => each.trim() === start)
  const found = exact.length > 0 ? exact : lines
  if (found.length !== 1) throw new Error(`the guide has ${found.length} lines \`${start}\``)
  const [text = ''] = found
  // A comment stands beside some.
  const typed = text.trim().split(/ {2,}/)[0] ?? ''
  return Object.entries({ ...names, ...more }).reduce((all, [from, to]) => all.replaceAll(from, to), typed)
}

const PATHS = (): string => `${folder}/bin:${folder}/prefix/bin:/usr/sbin:/usr/bin:/sbin:/bin`

/** As this user types it after he has logged in; a folder that he has gone to is said. */
async function as(user: string, text: string, cwd = ''): Promise<{ readonly code: number; readonly out: string }> {
  const home = `/home/${user}`
  const env = { PATH: PATHS(), HOME: home, LANG: 'C.UTF-8', NO_COLOR: '1' }
  const options = { cwd: join(home, cwd), env, timeoutMs: 60_000, maxBytes: 100_000 }
  const { code, stdout, stderr } = await run('runuser', ['-u', user, '--', 'sh', '-c', text], options)
  return { code, out: stdout + stderr }
}

/** As root types it, in the folder where the package lies. */
async function asRoot(text: string, cwd = folder): Promise<string> {
  const env = { HOME: folder, PATH: PATHS(), npm_config_prefix: join(folder, 'prefix'), npm_config_offline: 'true' }
  const { code, stdout, stderr } = await run('sh', ['-c', text], { cwd, env, timeoutMs: 120_000, maxBytes: 100_000 })
  if (code !== 0) throw new Error(`\`${text}\` ended with ${code}: ${stdout}${stderr}`)
  return stdout
}

/** Starts the desk by this line, and answers with the code of the first person's link. */
async function startDesk(text: string): Promise<string> {
  said = ''
  desk = spawn('sh', ['-c', text], { cwd: folder, env: { PATH: PATHS() }, detached: true })
  for (const stream of [desk.stdout, desk.stderr]) stream?.on('data', (data) => (said += String(data)))
  await expect.poll(() => said, { timeout: 20_000 }).toMatch(/\/join\/\S+\n/)
  return /\/join\/(\S+)\n/.exec(said)?.[1] ?? ''
}

async function endDesk(): Promise<void> {
  if (desk?.pid === undefined || desk.exitCode !== null) return
  const closed = once(desk, 'close')
  process.kill(-desk.pid, 'SIGTERM')
  await closed
}

async function threePeople(code: string, at: string): Promise<void> {
  ada = await new Somebody(at).join(code, 'Ada')
  ben = await ada.invite('Ben', ['approver'])
  dan = await ada.invite('Dan', ['operator'])
}

async function codeForGuard(name: string): Promise<string> {
  return (await ada.send<OneTime>('POST', '/api/guards/codes', { name, operator: dan.id })).body.code
}

beforeAll(async () => {
  if (WHY_NOT !== undefined) return
  folder = mkdtempSync(join(tmpdir(), 'interlock-guide-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'bin'))
  copyFileSync(process.execPath, join(folder, 'bin/node'))
  // `sudo`, as far as the guide needs it; whoever it becomes has logged in.
  writeFileSync(
    join(folder, 'bin/sudo'),
    `#!/bin/sh
[ "$1" = -u ] || exec "$@"
user=$2; shift 3; cd /home/$user
exec runuser -u $user -- env HOME=/home/$user PATH="$PATH" "$@"
`,
    { mode: 0o755 },
  )
  const [port, tlsPort] = [await freePort(), await freePort()]
  origin = `http://localhost:${port}`
  secure = `https://localhost:${tlsPort}`
  names = {
    '-u interlock-desk': `-u ${DESK}`,
    '--create-home interlock-desk': `--create-home ${DESK}`,
    'http://localhost:4180': origin,
    'desk.example.org:8443': `localhost:${tlsPort}`,
    'desk.example.org': 'localhost',
  }
  await asRoot(`useradd --create-home ${DAN}`)
})
afterAll(async () => {
  if (WHY_NOT !== undefined) return
  await endDesk()
  for (const state of [FIRST, SECOND]) await as(DAN, `INTERLOCK_HOME=$HOME/${state} interlock serve --stop`)
  for (const user of [DAN, DESK]) spawnSync('userdel', ['--remove', '--force', user])
  rmSync(folder, { recursive: true, force: true })
})
beforeEach((context) => {
  if (WHY_NOT !== undefined) context.skip(WHY_NOT)
})

/** Two guards of Dan's, each with a state folder of its own. */
const FIRST = '.local/state/interlock'
const SECOND = 'second'
const fingerprint = (text: string, of: RegExp): string => of.exec(text)?.[1] ?? 'none'

/** The forced push of the guide: held, refused to its operator, approved by two, run, and held anew. */
async function approvedOnce({ state, at }: { readonly state: string; readonly at: string }): Promise<void> {
  const push = (): ReturnType<typeof as> => as(DAN, `INTERLOCK_HOME=$HOME/${state} ${line('interlock exec --')}`, 'try')
  const held = await push()
  expect(held.code).toBe(125)
  expect(held.out).toContain('Interlock holds this for two people other than Dan: rewrites forge:branch/main')
  expect(held.out).toContain(`Asked: Ada and Ben, at ${at}/holds/t-`)
  const ticket = /\/holds\/(t-\w+)/.exec(held.out)?.[1] ?? ''
  const wait = line('interlock approvals wait', { TICKET: ticket, '--timeout 90': '--timeout 1' })
  expect((await as(DAN, `INTERLOCK_HOME=$HOME/${state} ${wait}`)).code).toBe(10)
  expect((await dan.vote(ticket, 'approve')).status).toBe(403)
  for (const person of [ada, ben]) expect((await person.vote(ticket, 'approve')).status).toBe(200)
  expect((await as(DAN, `INTERLOCK_HOME=$HOME/${state} ${wait}`)).code).toBe(0)
  expect((await push()).code).toBe(0)
  const again = await push()
  expect(again.code).toBe(125)
  expect(again.out).not.toContain(ticket)
}

describe('the guide to the desk, followed to the letter', { timeout: 120_000 }, () => {
  it('installs the package for both users', async () => {
    await asRoot(`npm_config_pack_destination=${folder} ${line('npm pack')}`, ROOT)
    await asRoot(line('sudo npm install'))
    expect((await as(DAN, 'interlock status')).out).toContain('desk         none')
  })

  it('starts the desk under its own user, and enrols three people', async () => {
    await asRoot(line('sudo useradd'))
    await threePeople(await startDesk(`${line('sudo -u interlock-desk -i interlock desk')} --origin ${origin}`), origin)
    expect(said).toContain(`desk   ${origin}\n       fingerprint `)
  })

  it('enrols the guard; both sides show the same fingerprints', async () => {
    const enroll = line('interlock desk enroll http://localhost:4180', { CODE: await codeForGuard('laptop') })
    const enrolled = await as(DAN, enroll)
    expect(enrolled.code).toBe(0)
    const { body } = await ada.send<Guards>('GET', '/api/guards')
    expect(fingerprint(enrolled.out, /this guard's key (.*)/)).toBe(body.guards[0]?.fingerprint)
    expect(fingerprint(enrolled.out, /the desk's key +(.*)/)).toBe(fingerprint(said, /fingerprint (.*)/))
    expect((await as(DAN, 'interlock status')).out).toMatch(new RegExp(`desk +${origin}, for agents of Dan; answers`))
  })

  it('lets two people approve a first action, which then runs once', async () => {
    await as(DAN, line('git init -q -b main'))
    for (const start of ['git init -q --bare', 'git -c user.name']) await as(DAN, line(start), 'try')
    await approvedOnce({ state: FIRST, at: origin })
    expect((await as(DAN, line('interlock log list'))).out).toContain('git push --force origin main')
    expect((await as(DAN, line('interlock approvals  '))).out).toContain('git push --force origin main')
  })

  it('verifies every vote and grant from the files of the desk alone', async () => {
    const verified = await asRoot(line('sudo -u interlock-desk -i interlock desk verify'))
    expect(verified).toMatch(/^intact/)
    expect(verified).toContain('votes 2: ')
    expect(verified).toContain('grants 1: ')
  })

  it('starts anew under TLS with a certificate of one’s own, and approves for two guards', async () => {
    await endDesk()
    await asRoot(line('sudo -u interlock-desk -i rm'))
    await asRoot(line('sudo -u interlock-desk -i openssl'))
    const code = await startDesk(line('sudo -u interlock-desk -i interlock desk --origin https'))
    const certificate = join('/home', DESK, 'tls.pem')
    copyFileSync(certificate, join('/home', DAN, 'tls.pem'))
    chmodSync(join('/home', DAN, 'tls.pem'), 0o644)
    tls.setDefaultCACertificates([...tls.getCACertificates(), readFileSync(certificate, 'utf8')])
    await threePeople(code, secure)
    for (const state of [FIRST, SECOND]) {
      const enroll = line('interlock desk enroll https', { CODE: await codeForGuard(state.slice(-8)) })
      expect(await as(DAN, `INTERLOCK_HOME=$HOME/${state} ${enroll}`)).toMatchObject({ code: 0 })
      await approvedOnce({ state, at: secure })
    }
    const verified = await asRoot(line('sudo -u interlock-desk -i interlock desk verify'))
    expect(verified).toContain('enrolled: people 3, guards 2')
    expect(verified).toContain('grants 2: ')
  })
})
