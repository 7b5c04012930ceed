import type { Grant } from '../core/grant.ts'
import type { Judged, Study } from '../core/study.ts'
import type { CallReply } from '../wire/api.ts'
import type { Standing } from '../wire/desk.ts'
import type { Captured } from './capture.ts'

/** A judged call with its durable ledger entry. */
export interface Entry {
  readonly receipt: string
  readonly captured: Captured
  readonly judged: Judged
  /** The hold it waits for, or that released it. */
  readonly ticket?: string
  /** The ticket was filed for this very call: nobody can have answered it yet. */
  readonly fresh: boolean
  /** How many people other than the operator have to agree; 0 where none. */
  readonly approvals: number
  readonly released: boolean
  /** The commit that the workspace stood at, where it is worth knowing. */
  readonly head?: string
  /** The host asks its operator itself. */
  readonly asked: boolean
}

export type Settled =
  | { readonly kind: 'grant'; readonly entry: Entry; readonly grant: Grant }
  /** `standing`: where it waits for others, what the desk said. */
  | { readonly kind: 'waiting'; readonly entry: Entry; readonly standing?: Standing }
  /** `why`: what came up after the ruling. */
  | { readonly kind: 'refused'; readonly entry: Entry; readonly why?: string }

export type Granted = Extract<Settled, { kind: 'grant' }>

/** What came of a grant: a result, the host's promise to run it, or a reason that came up before anything ran. */
export type Seen =
  | {
      readonly kind: 'ran'
      readonly code: number
      readonly stdout: string
      readonly stderr: string
      readonly truncated: boolean
    }
  | { readonly kind: 'handed over' }
  | { readonly kind: 'not run'; readonly why: string; readonly instead: string }

/** How far a call came. */
export interface Progress {
  captured?: Captured
  entry?: Entry
  grant?: Grant
}

export interface Stages {
  capture(call: unknown): Captured
  understand(captured: Captured): Promise<Study>
  judge(study: Study): Judged
  open(captured: Captured, judged: Judged): Promise<Entry>
  settle(entry: Entry): Promise<Settled>
  perform(granted: Granted): Promise<Seen>
  finish(entry: Entry, seen: Seen): Promise<CallReply>
  reply(settled: Settled): CallReply
  /** Something threw: before the grant a deny, after it `unknown`. Never rejects. */
  fault(error: unknown, so: Progress): Promise<CallReply>
}

/** The path of one action. Nothing else sequences stages. */
export async function govern(call: unknown, s: Stages): Promise<CallReply> {
  const so: Progress = {}
  try {
    so.captured = s.capture(call) //                   bytes frozen, action digest
    const study = await s.understand(so.captured) //   read ⇄ probe, bounded; the rest is opaque
    const judged = s.judge(study) //                   weigh → decide: pure
    so.entry = await s.open(so.captured, judged) //    durable before anything runs
    const settled = await s.settle(so.entry) //        grant | refused | waiting
    if (settled.kind !== 'grant') return s.reply(settled)
    so.grant = settled.grant
    const seen = await s.perform(settled) //           only a grant can run
    return await s.finish(settled.entry, seen) //      closes the receipt, or leaves it to the host's event
  } catch (error) {
    return await s.fault(error, so)
  }
}
