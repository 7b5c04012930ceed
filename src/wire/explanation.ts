import * as z from 'zod'
import { EffectLine, RulingLine } from './api.ts'
import { Json } from './json.ts'

/** Why an action is ruled as it is: what was read, what was looked at, what policy was asked, and what it tried. */

/**
 * A word as it was understood. `glob`: the shell will expand it. Where not all of it is known, `…` stands for the rest,
 * and `unknown` says why.
 */
export const Word = z.strictObject({ text: z.string(), glob: z.boolean().optional(), unknown: z.string().optional() })

/** One step of a reading, in the order that it was read; `depth` counts the commands that it was found inside. */
export const Step = z.discriminatedUnion('kind', [
  /** A simple command, or what a wrapper runs. */
  z.strictObject({
    kind: z.literal('command'),
    depth: z.int(),
    /** `NAME=value` before it. */
    assigns: z.array(Word),
    words: z.array(Word),
    redirects: z.array(z.strictObject({ operator: z.enum(['read', 'write', 'append', 'both']), path: Word })),
    /** What comes on its input from another command or a here-document. */
    input: Word.optional(),
  }),
  /** Code in another language than the shell's; or a script that is run, by its `path`. */
  z.strictObject({
    kind: z.literal('code'),
    depth: z.int(),
    language: z.string(),
    text: Word,
    /** Absolute. Of a file that holds secrets, nothing inside is told. */
    path: z.string().optional(),
  }),
  /** A tool call, or an operation on a file. */
  z.strictObject({ kind: z.literal('call'), depth: z.int(), name: z.string(), text: z.string() }),
  /** What could not be read, and why. */
  z.strictObject({ kind: z.literal('unread'), depth: z.int(), why: z.string() }),
])

/** A read-only look at the world, and its answer. What was only assumed was not looked at. */
export const FactLine = z.strictObject({
  asked: z.enum(['path', 'changes', 'text']),
  /** Absent for `changes`, which is about the workspace. */
  path: z.string().optional(),
  answer: z.string(),
  certainty: z.enum(['known', 'assumed']),
})

export const RuleLine = z.strictObject({ id: z.string(), effect: z.enum(['permit', 'forbid']), because: z.string() })

/** What policy was asked about one effect, and how it came to its answer. */
export const Decision = z.strictObject({
  /** The question in the words of a pack's cases, as `interlock policy explain` takes it. */
  asked: z.string(),
  /** The facts that rules may use, by their names in `context`. */
  question: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  verdict: z.enum(['permitted', 'forbidden']),
  /** The safeguards that it takes. */
  under: z.array(z.string()),
  rule: z.string(),
  because: z.string(),
  instead: z.string().optional(),
  /** Sets of safeguards in the order tried, each with the rules that decided; none where no permit held. */
  tried: z.array(z.strictObject({ under: z.array(z.string()), permitted: z.boolean(), rules: z.array(RuleLine) })),
})

export const ExplainedEffect = EffectLine.extend({
  /** The simple command or tool that does it. */
  by: z.string(),
  traits: z.array(z.string()),
  magnitude: z.strictObject({ files: z.number(), bytes: z.number(), unversioned: z.number() }).optional(),
  precedents: z.array(z.string()),
  decision: Decision,
})

/** A ruling with all that it rests on. */
export const Explanation = RulingLine.extend({
  action: z.strictObject({ kind: z.string(), input: Json, cwd: z.string(), workspace: z.string() }),
  reading: z.array(Step),
  /** There are more steps than are listed. */
  more: z.boolean(),
  facts: z.array(FactLine),
  effects: z.array(ExplainedEffect),
  /** The index of the effect that the ruling is about: the gravest. */
  gravest: z.int().optional(),
  /** Hash of the policy that judged. */
  policy: z.string(),
  /** Where the call was taken from the ledger: how it was ruled then. */
  recorded: z
    .strictObject({ receipt: z.string(), time: z.string(), ruling: z.string(), rule: z.string(), policy: z.string() })
    .optional(),
})

/** A rule that is about the verb and the place of a question, and what it said to it; `silent` where it did not hold. */
export const RuleSaid = RuleLine.extend({
  said: z.enum(['permits', 'forbids', 'silent']),
  layer: z.string(),
  file: z.string(),
  instead: z.string().optional(),
  /** Its text in Cedar. */
  text: z.string(),
})

/** One question to policy, with every rule about it. */
export const PolicyExplanation = z.strictObject({
  /** Hash of the policy that was asked. */
  policy: z.string(),
  /** What it was asked about: effects of an action, none where the question came by itself. */
  effects: z.array(z.string()),
  decision: Decision,
  rules: z.array(RuleSaid),
})

export type Word = z.infer<typeof Word>
export type Step = z.infer<typeof Step>
export type FactLine = z.infer<typeof FactLine>
export type Decision = z.infer<typeof Decision>
export type ExplainedEffect = z.infer<typeof ExplainedEffect>
export type Explanation = z.infer<typeof Explanation>
export type RuleSaid = z.infer<typeof RuleSaid>
export type PolicyExplanation = z.infer<typeof PolicyExplanation>
