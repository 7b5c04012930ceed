/** As much of it as the tests use; it brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Account {
    readonly accountId: string
    claims(): Promise<{ sub: string; email: string; email_verified: boolean }>
  }
  class Provider {
    constructor(
      issuer: string,
      settings: {
        readonly clients: readonly object[]
        readonly claims: Readonly<Record<string, readonly string[]>>
        readonly ttl: Readonly<Record<string, number>>
        readonly cookies: { readonly keys: readonly string[] }
        findAccount(context: unknown, id: string): Promise<Account>
      },
    )
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }

  // biome-ignore lint/style/noDefaultExport: it is how the library exports it
  export { Provider as default }
}
