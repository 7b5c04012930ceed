import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { PostgresServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a test asks for a database. */
    postgres: string
    /** On what the desks of a test keep what they know. */
    deskStore: 'sqlite' | 'postgres'
  }
}

/** One server for a whole run, started when the first test asks for it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | undefined
  const broker = createServer(async (_, response) => {
    server ??= PostgresServer.make()
    const answer = await server
      .then(async (made) => ({ url: await made.newDatabase() }))
      .catch((error: unknown) => ({ why: `PostgreSQL can't be had here: ${String(error).split('\n')[0]}` }))
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => broker.listen({ port: 0, host: '127.0.0.1' }, resolve))
  project.provide('postgres', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`)
  return async () => {
    broker.close()
    await server?.then((made) => made.remove()).catch(() => undefined)
  }
}
