import type { run } from '../process/run.ts'

/** Handed in, so that `src/process` stays the one place that starts processes. */
export type Run = typeof run

/** Fixed: no setting of the operator or the workspace reaches these children. */
export const CHILD = {
  cwd: '/',
  env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_CONFIG_NOSYSTEM: '1' },
  timeoutMs: 10_000,
  maxBytes: 64 << 20,
} as const
