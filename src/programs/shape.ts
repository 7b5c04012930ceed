import { has, value } from './arguments.ts'
import type { Arguments, Program } from './grammar.ts'

/** A verb that the table lists as one that only reads. */
export const READS: Program = {}
/** It changes the client's own files: credentials, contexts, settings. */
export const OWN: Program = { object: 'update setting host U2' }

/** A program that drives `system`; `depth` words stand before its verb. */
export function drive(
  [system, depth]: readonly [system: string, depth: number | 'deep'],
  options = '',
  verbs?: Readonly<Record<string, Program>>,
): Program {
  return { system, depth, options, loose: true, ...(verbs && { verbs }) }
}

/** `--dry-run`, but not `--dry-run=none`. */
export function dry(args: Arguments): boolean {
  return has(args, '--dry-run') && !/^(?:none|false)$/.test(value(args, '--dry-run')?.text ?? '')
}
