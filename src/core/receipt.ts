/** What became of an action. */
export type Outcome =
  | 'done'
  | 'failed'
  | 'refused'
  | 'waiting'
  | 'handed over' // the host runs it; open until its after-call event
  | 'unknown' // it may or may not have run: never retried blindly
  | 'undone'

/** A path that an action changed, with what it was before. Mode, times and owner are inside the snapshot. */
export interface Change {
  readonly path: string
  readonly change: 'created' | 'changed' | 'deleted'
  /** False where prediction did not name it. */
  readonly predicted: boolean
}
