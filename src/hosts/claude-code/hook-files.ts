import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Installation, recordFolder } from './record.ts'

/** The settings files that carry our hooks; looked up again when an installation came or went. */
export function hookFiles(state: string): () => readonly string[] {
  const folder = recordFolder(state)
  let known: { readonly at: number; readonly paths: readonly string[] } | undefined
  return () => {
    const at = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (known?.at !== at) known = { at, paths: at === 0 ? [] : pathsIn(folder) }
    return known.paths
  }
}

function pathsIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.flatMap((name) => {
    // One that can't be read names no file; `interlock status` says so.
    const found = Installation.safeParse(parsed(readFileSync(join(folder, name), 'utf8'))).data
    return found === undefined ? [] : [...new Set([found.path, found.target])]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
