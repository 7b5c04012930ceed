import { isLoopback } from '../../wire/desk-config.ts'
import type { Receiver } from './receiver.ts'
import { wordsOf } from './words.ts'

export interface MailServer {
  /** `smtps://…`, or `smtp://…`, which begins TLS before anything else is said. */
  readonly server: string
  readonly from: string
  readonly to: readonly string[]
  readonly login?: { readonly user: string; readonly pass: string }
}

const TIMEOUT_MS = 10_000

/** One message to each address, so that one that fails keeps none of the others. Plain text alone. */
export function mail({ server, from, to, login }: MailServer): Receiver {
  const { protocol, hostname, port, host } = new URL(server)
  const isTls = protocol === 'smtps:'
  const connection = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 465 : 587) : Number(port),
    secure: isTls,
    // In the clear on this machine alone: its certificate is seldom one that anybody vouches for.
    ignoreTLS: isLoopback(hostname),
    requireTLS: !isLoopback(hostname),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login && { auth: login }),
  }
  return {
    name: 'mail',
    host,
    to,
    async send(event, { to: address, signal }) {
      const { headline, sentence, about, page } = wordsOf(event)
      const { createTransport } = await import('nodemailer')
      const transport = createTransport(connection)
      const { promise: late, reject } = Promise.withResolvers<never>()
      const stop = (): void => reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        const sent = transport.sendMail({
          from: { name: 'Interlock', address: from },
          to: { name: '', address: address ?? '' },
          subject: `Interlock: ${headline}`,
          text: `${sentence}\n\n${about.map((each) => `${each}\n`).join('')}\n${page}\n`,
          // One thread for a ticket; who gets one twice can tell.
          messageId: `<${event.id}@${new URL(event.source).hostname}>`,
          references: `<${event.subject}@${new URL(event.source).hostname}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        await Promise.race([sent, late])
      } finally {
        signal.removeEventListener('abort', stop)
        transport.close()
      }
    },
  }
}
