const LONGEST_REASON = 200

export interface Post {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Resolves when it was taken. A redirect is an error: what is sent is for this address. */
export async function post(url: string, { body, headers, signal }: Post): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'user-agent': 'interlock-desk', ...headers },
    redirect: 'manual',
    signal,
  })
  const said = await beginning(answer)
  if (!answer.ok) throw new Error(`it answers ${answer.status}${said === '' ? '' : `: ${said}`}`)
}

/** An answer can be endless. */
async function beginning({ body }: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  if (body === null) return text
  for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > LONGEST_REASON) break
  }
  return text.slice(0, LONGEST_REASON).trim()
}
