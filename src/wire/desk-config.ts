import * as z from 'zod'
import { QuorumRules } from './quorum.ts'

/** What is sent to others crosses a network only where TLS guards it. */
const address = (tls: string, plain: string): z.ZodType<string> =>
  z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || url.username !== '' || url.password !== '') return false
    return url.protocol === tls || (url.protocol === plain && isLoopback(url.hostname))
  }, `it takes ${tls}//…, without a password in it (${plain}// for this machine itself)`)

export const WebAddress: z.ZodType<string> = address('https:', 'http:')

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}

const Label = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name has small letters, digits and hyphens')
const File = z.string().min(1).max(4096)
const Email = z.email().max(254)

const Mail = z
  .strictObject({
    /** `smtps://…`, or `smtp://…`, where TLS begins before anything is said. */
    server: z.string().refine((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined
      return url !== undefined && /^smtps?:$/.test(url.protocol) && url.hostname !== '' && url.username === ''
    }, 'it takes smtps://… or smtp://…, without a user in it'),
    user: z.string().min(1).optional(),
    passwordFile: File.optional(),
    from: Email,
    to: z.array(Email).min(1).max(50),
  })
  .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
    message: '`user` and `passwordFile` go together',
  })

/** What one guard may ask of people. */
const Limits = z.strictObject({
  /** New calls in a minute. */
  filingsPerMinute: z.int().min(1).max(10_000).default(60),
})

/** How people learn that a call waits for them. */
const Reach = z.strictObject({
  /** One line in the desk's own terminal for each call that is held, and its bell. */
  bell: z.boolean().default(true),
  /** Signed CloudEvents, by a name of one's own. */
  webhooks: z.record(Label, z.strictObject({ url: WebAddress, secretFile: File })).default({}),
  /** Rooms of Slack, or of others that take its messages. The address is the secret. */
  slack: z.record(Label, z.strictObject({ urlFile: File })).default({}),
  mail: Mail.optional(),
})

/** Where people can sign in with their organisation: OpenID Connect. */
const Oidc = z.strictObject({
  /** As it names itself; its description is found below it. */
  issuer: z.url().refine(isSafe, 'an issuer is reached by https'),
  client: z.string().min(1).max(200),
  /** The file with the client's secret. */
  secret: z.string().min(1),
})

/** To try it out one may stand on this machine. */
function isSafe(url: string): boolean {
  return /^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(?:\/|$)/.test(url)
}

/**
 * `desk.yaml`, in the desk's own config folder: what its admins decide about it. Every part has a default. A secret is
 * never in it: it is named by a file beside it.
 */
export const DeskConfig = z.strictObject({
  limits: Limits.prefault({}),
  reach: Reach.prefault({}),
  /** Who has to agree to what, beside what the guards ask for. */
  quorum: QuorumRules.default([]),
  oidc: Oidc.optional(),
})

export type DeskConfig = z.infer<typeof DeskConfig>
