import { CodedError } from '../core/errors.ts'

/**
 * `not-durable`: what was written is unknown; `locked`: somebody else has it open; `rolled-back`, `truncated`, `forked`,
 * `damaged`, `copy-lost`: the files contradict what was once signed; `intact`: there is no loss to accept.
 */
export class LedgerError extends CodedError<
  | 'ledger/not-durable'
  | 'ledger/locked'
  | 'ledger/rolled-back'
  | 'ledger/truncated'
  | 'ledger/forked'
  | 'ledger/damaged'
  | 'ledger/copy-lost'
  | 'ledger/intact'
  | 'ledger/too-large'
  | 'ledger/closed'
> {}
