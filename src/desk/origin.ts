import { CodedError } from '../core/errors.ts'

export class OriginError extends CodedError<'desk/origin'> {}

const PORT = 4180

export interface Place {
  readonly origin: string
  readonly port: number
  /** The address that it listens at; undefined for all. */
  readonly host: string | undefined
}

/**
 * Where a desk stands. People's passkeys belong to its host name, and browsers make them only for a site that nobody
 * on the way can pose as: one with a certificate, or this machine itself.
 */
export function placeOf(given: { origin?: string; port?: number; isTls: boolean }): Place {
  const { isTls } = given
  const origin = given.origin ?? `http://localhost:${given.port ?? PORT}`
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined || url.origin !== origin)
    throw refused(origin, 'it is no origin', 'write it as in `https://desk.example.org`')
  if (/^[\d.]+$|^\[/.test(url.hostname))
    throw refused(origin, 'passkeys are made for a name, not for an address', 'give the host a name')
  const ownPort = url.port === '' ? (isTls ? 443 : PORT) : Number(url.port)
  if (url.protocol === 'https:') {
    // Behind a proxy: the proxy is on this machine, and alone is reached from others.
    return { origin, port: given.port ?? (isTls ? ownPort : PORT), host: isTls ? undefined : '127.0.0.1' }
  }
  if (url.protocol !== 'http:' || url.hostname !== 'localhost' || isTls)
    throw refused(origin, 'votes would cross a network in the clear', 'use https, or `http://localhost` to try it out')
  const port = url.port === '' ? 80 : Number(url.port)
  if (given.port !== undefined && given.port !== port)
    throw refused(origin, `a browser would look for it at port ${port}`, 'leave `--port` out')
  return { origin, port, host: 'localhost' }
}

function refused(origin: string, why: string, hint: string): OriginError {
  return new OriginError('desk/origin', `the desk can't stand at \`${origin}\`: ${why}`, { hint })
}
