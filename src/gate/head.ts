import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inflateSync } from 'node:zlib'
import { readRegular } from '../store/regular.ts'

/**
 * The commit that a workspace stands at, read from git's files: no process is started, and nothing that the repository's
 * settings name is run. `none` before the first one; undefined where there is no repository, or none that can be read.
 * Everything that it reads is an agent's to write: what it answers is recorded as seen, and no right rests on it.
 */
export function headOf(workspace: string): string | undefined {
  const folders = foldersOf(workspace)
  if (folders === undefined) return undefined
  const head = textAt(join(folders.own, 'HEAD'))?.trim()
  const named = /^ref: (refs\/\S+)$/.exec(head ?? '')?.[1]
  if (named === undefined) return commitIn(head)
  const at = refOf(folders, named)
  return at === undefined ? 'none' : commitIn(at)
}

/** The tree of a commit that was just made; undefined where it is packed already. */
export function treeOf(workspace: string, commit: string): string | undefined {
  const folders = foldersOf(workspace)
  if (folders === undefined) return undefined
  try {
    const packed = readRegular(join(folders.common, 'objects', commit.slice(0, 2), commit.slice(2)), MOST_OBJECT)
    const text = inflateSync(packed, { maxOutputLength: MOST_OBJECT }).toString('latin1')
    return /^commit \d+\0tree ([0-9a-f]{40,64})\n/.exec(text)?.[1]
  } catch {
    return undefined
  }
}

const MOST_OBJECT = 1 << 20
const MOST_REF = 4096
const MOST_PACKED = 4 << 20

interface GitFolders {
  /** Of this working tree. */
  readonly own: string
  /** Of the repository that it belongs to. */
  readonly common: string
}

function foldersOf(workspace: string): GitFolders | undefined {
  const at = join(workspace, '.git')
  const stat = statSync(at, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const linked = stat.isDirectory() ? undefined : /^gitdir: (.+)$/m.exec(textAt(at) ?? '')?.[1]
  const own = linked === undefined ? at : resolve(workspace, linked.trim())
  const common = textAt(join(own, 'commondir'))?.trim()
  return { own, common: common === undefined ? own : resolve(own, common) }
}

function refOf({ own, common }: GitFolders, name: string): string | undefined {
  if (name.split('/').includes('..')) return undefined
  const loose = textAt(join(own, name)) ?? textAt(join(common, name))
  if (loose !== undefined) return loose.trim()
  const packed = textAt(join(common, 'packed-refs'), MOST_PACKED)?.split('\n')
  return packed?.find((line) => line.endsWith(` ${name}`))?.slice(0, -name.length - 1)
}

function commitIn(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined
}

function textAt(path: string, most: number = MOST_REF): string | undefined {
  try {
    return readRegular(path, most).toString('utf8')
  } catch {
    return undefined
  }
}
