import { has, value } from './arguments.ts'
import type { Arguments, Program } from './grammar.ts'

/** A verb that the table lists as one that only reads. */
export const READS: Program = {}
/** It changes the client's own files: credentials, contexts, settings. */
export const OWN: Program = { object: 'update setting host U2' }

/** A program that drives `system`; `depth` words stand before its verb; with `preview` it only says what it would do. */
export function drive(
  [system, depth, preview]: readonly [system: string, depth: number | 'deep', preview?: string],
  options = '',
  verbs?: Readonly<Record<string, Program>>,
): Program {
  return { system, depth, options, loose: true, ...(preview && { preview }), ...(verbs && { verbs }) }
}

/** `--dry-run`, but not `--dry-run=none`. */
export function dry(args: Arguments): boolean {
  return has(args, '--dry-run') && !/^(?:none|false)$/.test(value(args, '--dry-run')?.text ?? '')
}
