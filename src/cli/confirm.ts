import { whatOf } from '../core/action.ts'
import { EXIT } from '../core/ruling.ts'
import type { HeldCall, HeldCalls } from '../wire/api.ts'
import type { WaitingApprovals } from '../wire/approvals.ts'
import { askAsPerson, askGuard, type Person, type Reach } from './guard.ts'
import { json, line, note, table } from './render.ts'

export interface ConfirmOptions {
  readonly refuse?: boolean
  readonly json?: boolean
}

/** The operator's yes or no to one held call, after seeing exactly what it is. */
export async function confirm(ticket: string, options: ConfirmOptions, { reach, agree }: Person): Promise<number> {
  const mine = await waiting(reach)
  // His No counts for what others are asked too; his yes doesn't.
  const all = options.refuse === true ? [...mine, ...(await waitingForOthers(reach))] : mine
  const held = all.find((each) => each.ticket === ticket)
  if (held === undefined) {
    note(
      `interlock: nothing waits for you under \`${ticket}\`; \`interlock confirm\` lists what does, and \`interlock approvals\` what waits for others`,
    )
    return EXIT.usage
  }
  show(held)
  const said = options.refuse === true ? 'no' : await agree('Let exactly this run, once?')
  if (said === 'nobody') return nobody()
  const refused = await askAsPerson(reach, '/v1/confirm', { ticket, answer: said === 'yes' ? 'confirmed' : 'refused' })
  if (refused !== undefined) return notTaken(refused)
  line(said === 'yes' ? 'confirmed: the same call passes once within 15 minutes' : 'refused: it does not run')
  return said === 'yes' ? EXIT.done : EXIT.deny
}

/** What waits for the operator. */
export async function listWaiting(options: ConfirmOptions, reach: Reach): Promise<number> {
  const held = await waiting(reach)
  if (options.json === true) for (const each of held) json(each)
  else if (held.length === 0) line('nothing waits')
  else
    table(
      held.map(({ ticket, because }) => [ticket, whatOf(because)]),
      '',
    )
  return EXIT.done
}

/** A file as the person sees it, by the hash of these very bytes. */
export interface ShownFile {
  readonly path: string
  readonly sha256: string
  readonly text: string
  /** What it gives, in words; throws what is wrong with it. */
  readonly widens: readonly string[]
}

/** A person lets what a repository's `interlock.yaml` widens count, until a byte of it changes. */
export async function confirmFile(file: ShownFile, { reach, agree }: Person): Promise<number> {
  line(`${file.path}:`)
  for (const each of file.text.trimEnd().split('\n')) line(`  ${each}`)
  line(file.widens.length === 0 ? 'It widens nothing; it counts as it is.' : 'It lets runs in this folder')
  for (const each of file.widens) line(`  ${each}`)
  const said = await agree('Let it count, exactly as it is now?')
  if (said === 'nobody') return nobody()
  if (said === 'no') {
    line('not confirmed: only what narrows counts')
    return EXIT.deny
  }
  const refused = await askAsPerson(reach, '/v1/confirm', { file: file.path, sha256: file.sha256 })
  if (refused !== undefined) return notTaken(refused)
  line('confirmed: it counts until a byte of it changes')
  return EXIT.done
}

function nobody(): number {
  note('interlock: nothing was answered: a person answers, in a terminal')
  return EXIT.deny
}

function notTaken(why: string): number {
  note(`interlock: not taken: ${why}`)
  return EXIT.deny
}

async function waiting(reach: Reach): Promise<HeldCalls['held']> {
  return ((await askGuard(reach, 'GET', '/v1/tickets')) as HeldCalls).held
}

async function waitingForOthers(reach: Reach): Promise<HeldCalls['held']> {
  return ((await askGuard(reach, 'GET', '/v1/approvals')) as WaitingApprovals).waiting.map(({ held }) => held)
}

function show({ agent, cwd, input, because, effects, goal, claim, precedents }: HeldCall): void {
  line(`${agent} wants to run, in ${cwd}:`)
  const text = typeof input === 'string' ? input : JSON.stringify(input, null, 2)
  for (const each of text.split('\n')) line(`  ${each}`)
  line(because)
  const changing = effects.filter(({ verb }) => verb !== 'read')
  table(changing.map(({ verb, resource, undo, why }) => [verb, resource, undo, why ?? '']))
  for (const precedent of precedents ?? []) line(`it happened before: ${precedent}`)
  if (goal !== undefined) line(`the run was asked to: ${whatOf(goal)}`)
  if (claim !== undefined) line(`the agent says: ${whatOf(claim)}`)
}
