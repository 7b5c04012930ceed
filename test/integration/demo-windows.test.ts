import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { enrolTeam } from '../../src/demo/team.ts'
import { openWindows } from '../../src/demo/window.ts'
import { inviteFirst } from '../../src/desk/people.ts'
import { type Piped, startPiped } from '../../src/process/piped.ts'
import { browserFlags } from '../../src/root/demo.ts'
import { Session } from '../../src/wire/desk.ts'
import { buildWeb } from '../../tools/web.ts'
import { filing } from '../desk/filing.ts'
import { newWorld, plain, SomeGuard, type World } from '../desk/world.ts'
import { chromiumHere } from './browser.ts'

const CHROMIUM = chromiumHere()

let profile: string
let world: World
let piped: Piped | undefined
beforeEach(async (context) => {
  if (CHROMIUM === undefined) context.skip('chromium is not installed')
  await buildWeb()
  profile = await mkdtemp(join(tmpdir(), 'interlock-windows-'))
  world = await newWorld()
})
afterEach(async () => {
  if (CHROMIUM === undefined) return
  await piped?.stop()
  await world.end()
  await rm(profile, { recursive: true, force: true })
})

async function windows(): Promise<NonNullable<Awaited<ReturnType<typeof openWindows>>>> {
  piped = startPiped(CHROMIUM ?? '', [...browserFlags(profile), '--headless=new', '--disable-gpu'], process.env)
  return (await openWindows(piped)) ?? expect.fail('the windows did not open')
}

it('two people join and vote in windows of their own, and one more may look at what is left', async () => {
  const { join: joinIn, leaveTo } = await windows()
  const first = await inviteFirst(world.running.desk)
  const team = await enrolTeam(first?.link ?? '', joinIn)
  const guard = new SomeGuard(world)
  const body = JSON.stringify({ code: team.codeForGuard, name: 'host', key: guard.public })
  guard.id = (await plain<{ guard: string }>(world.origin, 'POST', '/v1/guards', { body })).body.guard
  const [asked, left] = [filing(), filing()]
  for (const each of [asked, left]) await guard.file(each)
  const { Ada, Ben, Dan } = team.people
  expect(await Dan.vote(asked.ticket, 'approve', 'it is mine')).toMatchObject({ kind: 'refused' })
  expect(await Ada.vote(asked.ticket, 'approve', 'I read it')).toMatchObject({ approved: 1, needs: 2, state: 'open' })
  expect(await Ben.vote(asked.ticket, 'approve', 'so did I')).toMatchObject({ approved: 2, state: 'approved' })
  await leaveTo(await team.invite('You'), `/holds/${left.ticket}`)
  await expect(Ada.ask(Session, '/api/session')).rejects.toThrow()
})

it('a browser that does not start is no reason to stop', async () => {
  piped = startPiped('/bin/false', [], process.env)
  expect(await openWindows(piped)).toBeUndefined()
})
