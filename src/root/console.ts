import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { personAsks, type Reach } from '../cli/guard.ts'
import { line, note } from '../cli/render.ts'
import { fingerprintOf } from '../core/key.ts'
import { EXIT } from '../core/ruling.ts'
import { parseVerifierKey } from '../ledger/note.ts'
import { startDetached } from '../process/child.ts'
import { ConsoleLink } from '../wire/console.ts'
import { type Env, foldersOf } from './folders.ts'
import { buildPage } from './page.ts'

export interface ConsoleOptions {
  /** False: print the link alone. */
  readonly browser: boolean
}

/** A link that opens the guard's console once, for the person at this terminal; and a browser, where there is one. */
export async function openConsole(
  options: ConsoleOptions,
  { reach, env }: { reach: Reach; env: Env },
): Promise<number> {
  await buildPage(env)
  const reply = await personAsks(reach, '/v1/console', {})
  if (reply.refused !== undefined) {
    note(`interlock: no console: ${reply.refused}`)
    return EXIT.deny
  }
  const { link, expiresInMs } = ConsoleLink.parse(reply)
  line(`Opens once, within ${Math.round(expiresInMs / 60_000)} minutes, in a browser on this machine:`)
  line(`  ${link}`)
  line(`The ledger's key, as the page should show it: ${keyIn(env)}`)
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const isSeen = process.platform === 'darwin' || env.DISPLAY || env.WAYLAND_DISPLAY
  if (options.browser && isSeen) startDetached(opener, [link], env)
  return EXIT.done
}

/** The fingerprint of the key that signs the ledger, from its own folder: what the page shows is held against it. */
function keyIn(env: Env): string {
  const vkey = readFileSync(join(foldersOf(env).state, 'ledger/vkey'), 'utf8').trimEnd()
  const raw = parseVerifierKey(vkey)?.key.export({ format: 'jwk' }).x
  return raw === undefined ? 'it has none' : fingerprintOf(raw)
}
