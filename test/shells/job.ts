/** One text for the driver. */
export interface Job {
  readonly argv: readonly [shell: string, ...string[]]
  readonly text: string
  readonly cwd: string
}

/** What runs longer is ended. */
export const LIMIT_MS = 1000
