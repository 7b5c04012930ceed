import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { codeOf } from '../core/errors.ts'
import type { Pause } from './budget.ts'
import { enter, type Folder, type Folders, inside, leave } from './folders.ts'
import type { State } from './manifest.ts'
import { look } from './state.ts'

export interface Walk {
  /** Called for everything below, parents first; `at` is good until it returns. Says whether to go on below a folder. */
  visit(path: string, state: State, at: string): boolean | Promise<boolean>
  /** A folder that can't be read, has a name that is not UTF-8, or where `more` said no. */
  unseen(path: string): void
  more(): boolean
  pause: Pause
}

/** Walks the folder at `path`, links not followed. Names that vanish meanwhile are passed over. */
export async function walkBelow(folders: Folders, path: string, walk: Walk): Promise<void> {
  const reached = folders.reach(path)
  if (reached.kind !== 'here') return
  await below(reached.folder, path, walk)
}

async function below(parent: Folder, path: string, walk: Walk): Promise<void> {
  let folder: Folder | undefined
  try {
    folder = enter(parent, basename(path))
    for (const name of readdirSync(inside(folder, ''))) {
      if (!walk.more() || name.includes('\uFFFD')) return walk.unseen(path)
      const inner = path === '/' ? `/${name}` : `${path}/${name}`
      const at = inside(folder, name)
      const state = look(at)
      if (state !== null && (await walk.visit(inner, state, at)) && state.kind === 'folder')
        await below(folder, inner, walk)
      if (walk.pause.due()) await walk.pause.rest()
    }
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(cause))) return
    if (codeOf(cause) !== 'EACCES') throw cause
    walk.unseen(path)
  } finally {
    if (folder !== undefined) leave(folder)
  }
}

/** `path` is `folder` or lies below it. */
export function under(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}
