import { resolve } from 'node:path'
import type { Facts } from '../../core/study.ts'
import type { Scope } from '../../lang/shell/scope.ts'
import { type Custom, customOf } from '../../programs/customs.ts'
import type { CommandLine, Language } from '../../programs/grammar.ts'
import { contentAt } from './contents.ts'

const HOOKS_PATH = /^[ \t]*hooksPath[ \t]*=[ \t]*"?([^"\n#;]+?)"?[ \t]*$/im

interface Loaded {
  readonly path: string
  readonly language: Language
  /** This very text wrote it. */
  readonly written: boolean
}

/** Files that are there and that a program runs by custom: a hook, a configuration that is code. */
export function loadedByCustom(line: CommandLine, scope: Scope, facts: Facts): readonly Loaded[] {
  const custom = customOf(line)
  const { cwd, written } = scope
  if (custom === undefined || cwd.unknown !== undefined) return []
  const { workspace } = facts.surroundings
  const inside = cwd.text === workspace || cwd.text.startsWith(`${workspace}/`)
  const folder = custom.hooks !== undefined && inside ? workspace : cwd.text
  const places = [...custom.files, ...hooksElsewhere(custom, folder, scope, facts)]
  const paths = [...new Set(places.map((file) => resolve(folder, file)))]
  return paths
    .filter((path) => written.has(path) || facts.text(path).kind === 'text')
    .map((path) => ({ path, language: custom.language, written: written.has(path) }))
}

/** What `core.hooksPath` says. */
function hooksElsewhere({ hooks = [] }: Custom, folder: string, scope: Scope, facts: Facts): readonly string[] {
  if (hooks.length === 0) return []
  const config = contentAt(resolve(folder, '.git/config'), scope, facts)
  const named = config.kind === 'text' ? HOOKS_PATH.exec(config.text)?.[1] : undefined
  return named === undefined ? [] : hooks.map((hook) => `${named}/${hook}`)
}
