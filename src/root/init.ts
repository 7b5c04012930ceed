import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnrolment } from '../approvals/enrolment.ts'
import { type Agree, askGuard } from '../cli/guard.ts'
import { json, line, note, table } from '../cli/render.ts'
import { reasonOf } from '../core/errors.ts'
import { EXIT } from '../core/ruling.ts'
import { startScriptedModel } from '../demo/model.ts'
import { claudeVersion, type Enforcement, findClaude, tryCanary } from '../hosts/claude-code/canary.ts'
import { type Description, describeHost } from '../hosts/claude-code/describe.ts'
import { install, preview, settingsPath, uninstall } from '../hosts/claude-code/install.ts'
import { type Installation, installations } from '../hosts/claude-code/record.ts'
import { atLeast, HTTP_FAILS_CLOSED, parseVersion } from '../hosts/claude-code/version.ts'
import { CLAUDE_CODE_ROUTE } from '../server/line.ts'
import type { DeskReply } from '../wire/approvals.ts'
import { type Env, foldersOf, LAUNCHER, passkeyPath, readAddress } from './folders.ts'
import { reachOf } from './reach.ts'
import { offerTrailers, showTrailers, withdrawTrailers } from './trailers.ts'

export interface InitOptions {
  readonly yes?: boolean
  readonly project?: boolean
  readonly takeOver?: boolean
  readonly remove?: boolean
  readonly trailers?: boolean
}

/** Who asks, and from where. */
interface Place {
  readonly env: Env
  readonly cwd: string
  readonly agree: Agree
}

/** Puts the guard's hooks into Claude Code's settings, and proves with the host itself that they hold. */
export async function init(options: InitOptions, { env, cwd, agree }: Place): Promise<number> {
  const { state, home } = foldersOf(env)
  const path = settingsPath(
    options.project === true ? { project: cwd } : { config: env.CLAUDE_CONFIG_DIR ?? join(home, '.claude') },
  )
  if (options.remove === true) {
    const withdrew = await withdrawTrailers({ env, cwd })
    if (withdrew && !(await installations(state)).some((each) => each.path === path)) return EXIT.done
    for (const words of await uninstall({ state, path })) line(`  ${words}`)
    line(`removed from ${path}`)
    return EXIT.done
  }
  await askGuard(reachOf(env), 'GET', '/v1/status')
  const claude = await findClaude(env.PATH ?? '')
  const version = claude === undefined ? undefined : await claudeVersion(claude, env.PATH ?? '')
  const setup = setupOf(env, version, options.takeOver === true)
  const { plan } = await preview(setup.options(path))
  line(`Claude Code ${version ?? '(not found on PATH)'}`)
  line(`into ${path}:`)
  for (const words of plan.words) line(`  ${words}`)
  if (options.yes !== true && (await agree('Write this?')) !== 'yes') {
    note('interlock: nothing was written')
    return EXIT.hold
  }
  await install(setup.options(path))
  const written = (await installations(state)).filter((each) => each.path === path)
  const enforcement = await prove(claude, env, written)
  line(provedWords(enforcement))
  await offerTrailers(options, { env, cwd, agree })
  line('undo this with `interlock init --remove`; see what holds with `interlock status`')
  return enforcement.kind === 'unenforced' ? EXIT.fault : EXIT.done
}

function setupOf(
  env: Env,
  version: string | undefined,
  takeOver: boolean,
): { options: (path: string) => Parameters<typeof install>[0] } {
  const { state } = foldersOf(env)
  const address = readAddress(state)
  if (address === undefined) throw new Error('the guard has not written its address')
  const parsed = version === undefined ? undefined : parseVersion(version)
  // An unknown version is treated as one that ignores `onFailure`.
  const failsClosed = parsed !== undefined && atLeast(parsed, HTTP_FAILS_CLOSED)
  const url = `http://127.0.0.1:${address.port}${CLAUDE_CODE_ROUTE}`
  return {
    options: (path) => ({
      state,
      path,
      environment: env,
      setup: { url, token: address.token, takeOver, failsClosed },
      script: { socket: address.socket, start: ['/usr/bin/env', ...placesOf(env), LAUNCHER, 'serve'] },
    }),
  }
}

/** The guard that a session starts keeps its state where this one does. */
function placesOf(env: Env): readonly string[] {
  return ['INTERLOCK_HOME', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME'].flatMap((name) =>
    env[name] === undefined ? [] : [`${name}=${env[name]}`],
  )
}

/** Tries each of the installations, until one does not hold. */
async function prove(claude: string | undefined, env: Env, installed: readonly Installation[]): Promise<Enforcement> {
  if (claude === undefined) return { kind: 'not tried', why: 'there is no `claude` on PATH' }
  const how = { claude, state: foldersOf(env).state, startModel: startScriptedModel, temporary: tmpdir() }
  let tried: Enforcement = { kind: 'not tried', why: 'no hooks are installed' }
  for (const installation of installed) {
    tried = await tryCanary({ ...how, installation, environment: env })
    if (tried.kind !== 'enforced') return tried
  }
  return tried
}

function provedWords(enforcement: Enforcement): string {
  if (enforcement.kind === 'enforced')
    return `proved with Claude Code ${enforcement.version}: a denied call did not run, and with the guard dead none did`
  if (enforcement.kind === 'unenforced') return `NOT ENFORCED: ${enforcement.why}`
  return `not proved: ${enforcement.why}`
}

interface GuardStatus {
  readonly policy: string
  readonly stopped?: string
  readonly stoppedAgents: readonly { readonly agent: string; readonly why: string }[]
  readonly open: number
  readonly waiting: number
  readonly waitingForOthers: number
}

/** What is guarded, at which level, and which doors stay open. */
export async function status(options: { json?: boolean; prove?: boolean }, env: Env): Promise<number> {
  const { state } = foldersOf(env)
  const guard = (await askGuard(reachOf(env), 'GET', '/v1/status')) as GuardStatus
  const desk = (await askGuard(reachOf(env), 'GET', '/v1/desk')) as DeskReply
  const installed: readonly Installation[] = await installations(state)
  const enforcement =
    options.prove === true
      ? await prove(await findClaude(env.PATH ?? ''), env, installed)
      : { kind: 'not tried' as const, why: '`interlock status --prove` tries it' }
  const host = await describeHost(installed, enforcement)
  if (options.json === true) json({ guard, ...desk, hosts: [host] })
  else {
    const stopped = guard.stopped === undefined ? '' : `, STOPPED: ${guard.stopped}`
    line(`guard        running, policy ${guard.policy.slice(0, 12)}${stopped}`)
    for (const { agent, why } of guard.stoppedAgents)
      line(`STOPPED      ${agent}: ${why}; \`interlock resume\` ends this`)
    if (guard.waiting > 0) line(`waiting      ${guard.waiting} for your answer: \`interlock confirm\` lists them`)
    line(`desk         ${deskWords(desk, state)}`)
    if (guard.waitingForOthers > 0)
      line(`waiting      ${guard.waitingForOthers} for others: \`interlock approvals\` tells for whom`)
    line(`confirms     ${confirmWords(state)}`)
    line(`ledger       ${join(state, 'ledger')}`)
    await showTrailers(env)
    showHost(host)
  }
  return EXIT.done
}

/** How good the operator's own yes is. */
function confirmWords(state: string): string {
  const alter = 'software that runs as this user could alter this installation'
  return existsSync(passkeyPath(state))
    ? `by your passkey, in the console; ${alter}`
    : `forgeable: software that runs as this user could give them; ${alter}`
}

/** Where others approve, and whose own approval does not count. */
function deskWords({ desk }: DeskReply, state: string): string {
  if (desk === undefined)
    return unreadable(state) ?? 'none: what needs others is denied; `interlock desk enroll` names one'
  const { origin, operator, answers, why } = desk
  const how = answers ? 'answers' : `DOES NOT ANSWER, and what needs others is refused: ${why}`
  return `${origin}, for agents of ${operator}; ${how}`
}

function unreadable(state: string): string | undefined {
  try {
    readEnrolment(state)
    return undefined
  } catch (error) {
    return `NONE IN FORCE: ${reasonOf(error)}`
  }
}

function showHost({ level, enforcement, installed, holds, doors }: Description): void {
  if (installed.length === 0) {
    line('claude-code  not guarded; `interlock init` installs the hooks')
    return
  }
  line(`claude-code  ${level}; ${provedWords(enforcement)}`)
  table(
    installed.map(({ path, by, takeOver, broken }) => {
      if (broken !== undefined) return [path, by, `NOT IN FORCE: ${broken}; \`interlock init\` mends it`]
      return [path, by, takeOver ? 'answers for the host' : 'beside the host’s own questions']
    }),
  )
  line(holds.length === 0 ? 'holds        nothing' : 'holds')
  for (const each of holds) line(`  ${each}`)
  line('open doors')
  for (const each of doors) line(`  ${each}`)
}
