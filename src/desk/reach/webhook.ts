import { createHmac } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { post } from './post.ts'
import type { Receiver } from './receiver.ts'

/** As the Standard Webhooks specification has it: `whsec_` and 24 to 64 bytes in base64. Undefined where it is none. */
export function webhookKey(secret: string): Buffer | undefined {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const key = text === undefined ? undefined : Buffer.from(text, 'base64')
  return key !== undefined && key.length >= 24 && key.length <= 64 ? key : undefined
}

/** A CloudEvent, signed by the Standard Webhooks scheme: what was sent, by whom, and when. */
export function webhook(name: string, at: { url: string; key: Buffer }, clock: Clock): Receiver {
  return {
    name: `webhook/${name}`,
    host: new URL(at.url).host,
    to: [],
    async send(event, { signal }) {
      const body = JSON.stringify(event)
      const sent = Math.floor(clock.now() / 1000)
      const signature = createHmac('sha256', at.key).update(`${event.id}.${sent}.${body}`).digest('base64')
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': event.id,
        'webhook-timestamp': String(sent),
        'webhook-signature': `v1,${signature}`,
      }
      await post(at.url, { body, headers, signal })
    },
  }
}
