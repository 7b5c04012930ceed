import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ConfirmOptions, confirm, confirmFile, listWaiting } from '../cli/confirm.ts'
import type { Person } from '../cli/guard.ts'
import { sha256 } from '../core/digest.ts'
import { readRegular } from '../store/regular.ts'
import type { Config } from '../wire/config.ts'
import { LONGEST, NAME, parseConfig } from './config.ts'

/** A ticket, a repository's `interlock.yaml`, or nothing: then what waits is listed. */
export async function confirmWhat(
  what: string | undefined,
  options: ConfirmOptions,
  where: Person & { readonly cwd: string },
): Promise<number> {
  const { cwd } = where
  if (what === undefined) return await listWaiting(options, where.reach)
  const path = resolve(cwd, what)
  if (!path.endsWith(`/${NAME}`) || !existsSync(path)) return await confirm(what, options, where)
  // What is shown, hashed and parsed is one and the same reading.
  const bytes = readRegular(path, LONGEST)
  const text = bytes.toString('utf8')
  const widens = widening(parseConfig(path, text))
  return await confirmFile({ path: realpathSync(path), sha256: sha256(bytes), text, widens }, where)
}

/** What counts only with a person's yes, in words. */
function widening({ systems, mandate }: Config): readonly string[] {
  const named = Object.entries(systems).flatMap(([name, { environment, tier, stateful }]) => {
    const eased = [
      environment === 'production' ? '' : environment,
      tier === 1 ? '' : `tier ${tier}`,
      stateful ? '' : 'holding no data',
    ]
    const how = eased.filter(Boolean)
    return how.length === 0 ? [] : [`treat \`${name}\` as ${how.join(', ')}`]
  })
  const { systems: reach = [], may = [] } = mandate ?? {}
  return [
    ...named,
    ...(reach.length > 0 ? [`write to ${reach.map((each) => `\`${each}\``).join(', ')} as within their mandate`] : []),
    ...(may.length > 0 ? [`do without being asked: ${may.join(', ')}`] : []),
  ]
}
