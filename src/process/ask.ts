import { request } from 'node:http'

export type Asked =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string }
  /** `sent` false: nobody saw the request. Else what it asked for may have happened, and it is never sent again. */
  | { readonly kind: 'none'; readonly sent: boolean; readonly why: string }

export interface Question {
  /** A unix socket, or a port on loopback. */
  readonly at: { readonly socket: string } | { readonly port: number; readonly token: string }
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
  readonly timeoutMs: number
}

/** Longer than any reply of a guard that bounds its output; a stranger on the socket could send for ever. */
const LONGEST_REPLY = 16 * 1024 * 1024

/** Asks a guard over HTTP. Never rejects: no answer is a value. */
export function ask({ at, method, path, body, timeoutMs }: Question): Promise<Asked> {
  return new Promise((resolve) => {
    let sent = false
    const signal = AbortSignal.timeout(timeoutMs)
    const none = (error: Error): void => {
      const why = signal.aborted ? 'the guard did not answer in time' : `the guard can't be reached: ${error.message}`
      resolve({ kind: 'none', sent, why })
    }
    const bytes = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      host: 'guard',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(bytes),
      ...('token' in at && { authorization: `Bearer ${at.token}` }),
    }
    const where = 'socket' in at ? { socketPath: at.socket } : { host: '127.0.0.1', port: at.port }
    // Named, so that Node does not work out one for TLS, with a regular expression that takes as long as the rest.
    const how = { path, method, headers, signal, agent: false, servername: '' } as const
    const asking = request({ ...where, ...how }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > LONGEST_REPLY) asking.destroy(new Error('the reply is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () =>
        resolve({ kind: 'reply', status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      response.on('error', none)
    })
    asking.on('socket', (connection) => connection.once('connect', () => (sent = true)))
    asking.on('error', none)
    asking.end(bytes)
  })
}
