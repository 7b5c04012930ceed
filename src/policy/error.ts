import { CodedError } from '../core/errors.ts'

export type PolicyCode =
  | 'policy/unreadable' // a pack's folder can't be read
  | 'policy/schema' // no schema, two of them, or one that Cedar refuses
  | 'policy/file' // a file that does not belong into a pack
  | 'policy/syntax' // not Cedar
  | 'policy/annotation' // without id or reason, or with an unknown annotation
  | 'policy/layer' // what this layer may not say
  | 'policy/duplicate' // one id twice
  | 'policy/never' // would silently never match
  | 'policy/type' // refused by Cedar's strict validation
  | 'policy/engine' // the engine itself failed
  | 'policy/question' // a question with a word that no rule knows

export class PolicyError extends CodedError<PolicyCode> {}
