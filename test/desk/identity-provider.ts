import { createServer } from 'node:http'
import Provider from 'oidc-provider'

export const CLIENT = { id: 'interlock', secret: 'a secret of the client' }

/** A real provider over loopback. It lets anybody in by the name that he types; who is `unproved` does not own his address. */
export async function identityProvider(port: number, desk: string): Promise<{ end(): Promise<void> }> {
  const provider = new Provider(`http://localhost:${port}`, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${desk}/api/organisation/callback`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['a key'] },
    findAccount: async (_, id) => ({
      accountId: id,
      claims: async () => {
        const isProved = !id.startsWith('unproved-')
        return { sub: id, email: `${id.replace('unproved-', '')}@example.org`, email_verified: isProved }
      },
    }),
  })
  const server = createServer(provider.callback())
  await new Promise<void>((resolve) => server.listen({ port, host: 'localhost' }, resolve))
  return {
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Signs in there as a browser does, and answers with where it is sent back to. */
export async function signInThere(url: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(url)
  let form: URLSearchParams | undefined
  for (let step = 0; step < 12; step++) {
    const answer: Response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: form }),
    })
    for (const each of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      cookies.set(name, value)
    }
    form = undefined
    const to = answer.headers.get('location')
    if (to !== null) {
      at = new URL(to, at)
      if (at.pathname === '/api/organisation/callback') return at
      continue
    }
    const page = await answer.text()
    const [, prompt] = /name="prompt" value="(\w+)"/.exec(page) ?? []
    const [, action] = /action="([^"]+)"/.exec(page) ?? []
    if (prompt === undefined || action === undefined) throw new Error(`${answer.status} ${page.slice(0, 500)}`)
    at = new URL(action, at)
    form = new URLSearchParams({ prompt, login, password: 'any' })
  }
  throw new Error('the provider goes round in circles')
}
