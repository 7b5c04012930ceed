import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../core/errors.ts'

/** As many links as the kernel follows. */
const MOST_HOPS = 40

/**
 * Links resolved as far as the path exists; the rest is kept as it is named. A link that leads nowhere is followed
 * too: what is written through it lands where it points. One that leads in a circle stays as it is named.
 */
export function realOf(path: string, hops = 0): string {
  let at = path
  let rest = ''
  while (at !== '/') {
    const stat = lookAt(at)
    if (stat !== undefined) {
      const found = realpath(at)
      if (found !== undefined) return join(found, rest)
      const target = stat.isSymbolicLink() && hops < MOST_HOPS ? readlinkSync(at) : basename(at)
      const above = realOf(dirname(at), hops + 1)
      const next = resolve(above, target)
      return join(stat.isSymbolicLink() && hops < MOST_HOPS ? realOf(next, hops + 1) : next, rest)
    }
    rest = join(basename(at), rest)
    at = dirname(at)
  }
  return join('/', rest).replace(/(?<=.)\/$/, '')
}

/** What stands at a path itself; undefined where nothing does, or where no system call gets there. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    return unlessNowhere(cause)
  }
}

function realpath(path: string): string | undefined {
  try {
    // The native one goes up from where a link leads; the other takes `..` away as text.
    return realpathSync.native(path)
  } catch (cause) {
    return unlessNowhere(cause)
  }
}

const NOWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']

function unlessNowhere(cause: unknown): undefined {
  if (!NOWHERE.includes(codeOf(cause))) throw cause
}
