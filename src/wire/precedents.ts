import * as z from 'zod'
import type { Trait, Verb } from '../core/effect.ts'
import type { Environment, Place } from '../core/place.ts'

/**
 * `.interlock/precedents.yaml` of a repository: what happened in this organisation before. It only adds to what people
 * see, and lowers no ruling. Everything in it may be an agent's: it is bounded, one line each, and data.
 */

const VERBS = [
  'read',
  'create',
  'update',
  'delete',
  'replace',
  'execute',
  'grant',
  'disclose',
  'spend',
] as const satisfies readonly Verb[]
const TRAITS = [
  'secret',
  'guard',
  'startup',
  'system',
  'settings',
  'inert',
  'ruin',
  'device',
  'rebuildable',
  'temporary',
  'repository',
  'forge',
  'shared',
  'stateful',
  'tainted',
] as const satisfies readonly Trait[]
const PLACES = ['workspace', 'home', 'host', 'remote'] as const satisfies readonly Place['kind'][]
const ENVIRONMENTS = ['development', 'staging', 'production'] as const satisfies readonly Environment[]

const words = (longest: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]*$/u, 'it is one line, without hidden characters')
const name = z
  .string()
  .max(60)
  .regex(/^[\w.:/-]+$/, 'it is one word')

/** What an effect has to be, in every respect that is given, to resemble it: as in the built-in catalogue. */
export const OwnLikeness = z
  .strictObject({
    verbs: z.array(z.enum(VERBS)).min(1).max(9),
    places: z.array(z.enum(PLACES)).min(1).optional(),
    environments: z.array(z.enum(ENVIRONMENTS)).min(1).optional(),
    /** Names of systems, or of the programs that drive them. */
    systems: z.array(name).min(1).max(20).optional(),
    /** Words of an object's type, in the singular. */
    types: z.array(name.toLowerCase()).min(1).max(20).optional(),
    traits: z.array(z.enum(TRAITS)).min(1).optional(),
    without: z.array(z.enum(TRAITS)).min(1).optional(),
    tree: z.literal(true).optional(),
    glob: z.literal(true).optional(),
    opaque: z.literal(true).optional(),
    unversioned: z.literal(true).optional(),
    files: z.int().min(1).optional(),
  })
  .refine((like) => Object.keys(like).some((key) => key !== 'verbs' && key !== 'without'), {
    message: 'verbs alone resemble too much: say also where, or of what',
  })

export const OwnPrecedent = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9]{0,15}-\d{1,6}$/, 'it is letters and a number, as ORG-1'),
  when: z.iso.date(),
  what: words(300),
  cost: words(120).optional(),
  lesson: words(200),
  link: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
  /** In the ledger of whose guard it happened. */
  receipt: name.optional(),
  like: OwnLikeness,
  /** The digest of all the rest, written by the one who reviewed it. */
  reviewed: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

/** Entries are looked at one by one: one that does not fit takes no other with it. */
export const OwnFile = z.strictObject({ precedents: z.array(z.unknown()).max(200) })
/** In bytes. */
export const LONGEST_FILE: number = 128 * 1024

export type OwnLikeness = z.infer<typeof OwnLikeness>
export type OwnPrecedent = z.infer<typeof OwnPrecedent>
