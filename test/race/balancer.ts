import { connect, type Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'

/** TLS in front of several desks: each connection goes to one of those that take it. */
export class Balancer {
  readonly #server: Server
  readonly #open = new Set<Socket>()

  constructor(tls: { readonly cert: string; readonly key: string }, ports: readonly number[]) {
    let turn = 0
    this.#server = createServer(tls, (client) => {
      this.#keep(client)
      const attempt = (left: number): void => {
        turn += 1
        const desk = connect({ host: '127.0.0.1', port: ports[turn % ports.length] ?? 0 })
        this.#keep(desk)
        desk.once('connect', () => {
          client.pipe(desk).pipe(client)
          client.once('close', () => desk.destroy())
          desk.once('close', () => client.destroy())
        })
        desk.once('error', () => ((desk.connecting || desk.pending) && left > 1 ? attempt(left - 1) : client.destroy()))
      }
      attempt(ports.length)
    })
    this.#server.on('tlsClientError', () => undefined)
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen({ port, host: 'localhost' }, resolve))
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #keep(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#open.delete(socket))
  }
}
