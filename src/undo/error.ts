import { CodedError } from '../core/errors.ts'

export class UndoError extends CodedError<
  | 'undo/infeasible' // a snapshot would pass its bounds, or something in it can't be kept
  | 'undo/unknown' // no snapshot of that id, or pruned since
  | 'undo/used' // the id has a snapshot already
  | 'undo/damaged' // what was written about it can't be read
  | 'undo/refused' // one path can't be given back, by the message
> {}
