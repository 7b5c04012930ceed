import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { mail } from '../../src/desk/reach/mail.ts'
import { eventOf } from '../../src/desk/reach/notify.ts'
import { selfSigned } from './certificate.ts'

interface Message {
  readonly to: readonly string[]
  readonly login: string | undefined
  readonly text: string
}

const open: SMTPServer[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => new Promise<void>((done) => server.close(() => done())))))

/** A mail server that keeps what it is given. */
async function mailbox(options: SMTPServerOptions = {}): Promise<{ messages: Message[]; port: number }> {
  const messages: Message[] = []
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 50,
    ...selfSigned('localhost'),
    onAuth: ({ username, password }, _session, answer) =>
      password === 'right' ? answer(null, { user: username }) : answer(new Error('wrong password')),
    onRcptTo: ({ address }, _session, answer) =>
      answer(address.startsWith('gone') ? new Error('no such mailbox') : null),
    onData: (stream, session, answer) => {
      let text = ''
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        messages.push({ to, login: session.user as string | undefined, text })
        answer()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  open.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return { messages, port: (server.server.address() as AddressInfo).port }
}

const notice = (sentence: string, agent = 'claude-code') =>
  eventOf(
    {
      ticket: 't-2222222222',
      page: 'https://desk.example/holds/t-2222222222',
      sentence,
      systems: [{ environment: 'production', system: 'aws' }],
      agent,
      operator: 'Dan',
      needs: 2,
      approved: 0,
      approveBy: '2026-11-25T10:00:00.000Z',
    },
    { id: 'n-3333333333', source: 'https://desk.example', type: 'dev.interlock.hold.asked', at: 0 },
  )
const NOTICE = notice('deletes aws:stack/shop: it is production')

interface Sent {
  readonly server: string
  readonly to?: string
  readonly event?: typeof NOTICE
  readonly login?: { user: string; pass: string }
}

/** What came of it: `taken`, or why not. */
async function send({ server, to = 'ada@example.org', event = NOTICE, login }: Sent): Promise<string> {
  const receiver = mail({ server, from: 'desk@example.org', to: [to], ...(login && { login }) })
  return await receiver.send(event, { to, signal: AbortSignal.timeout(5_000) }).then(
    () => 'taken',
    (error: Error) => error.message,
  )
}

describe('a mail', () => {
  it('says what waits in plain text, with where to look, and belongs to its ticket', async () => {
    const { messages, port } = await mailbox()
    expect(await send({ server: `smtp://localhost:${port}` })).toBe('taken')
    const [{ to, text } = { to: [], text: '' }] = messages
    expect(to).toEqual(['ada@example.org'])
    const [head = '', body = ''] = text.split('\r\n\r\n', 2)
    expect(head.replace(/\r\n\s/g, ' ').split('\r\n')).toEqual(
      expect.arrayContaining([
        'From: Interlock <desk@example.org>',
        'To: ada@example.org',
        'Subject: Interlock: 2 people other than Dan asked to look at a call of claude-code for Dan',
        'Message-ID: <n-3333333333@desk.example>',
        'References: <t-2222222222@desk.example>',
        'Auto-Submitted: auto-generated',
        'Content-Type: text/plain; charset=utf-8',
      ]),
    )
    expect(text).toContain('\r\n\r\ndeletes aws:stack/shop: it is production\r\n\r\nproduction: aws\r\nuntil ')
    expect(text).toContain('https://desk.example/holds/t-2222222222\r\n')
    expect(body).not.toContain('<')
  })

  it('takes no header and no recipient from what an agent chose', async () => {
    const { messages, port } = await mailbox()
    const event = notice('x\r\n.\r\nRCPT TO:<eve@example.org>', 'a\r\nBcc: eve@example.org')
    expect(await send({ server: `smtp://localhost:${port}`, event })).toBe('taken')
    expect(messages.map(({ to }) => to)).toEqual([['ada@example.org']])
    expect(messages[0]?.text).not.toMatch(/^Bcc/m)
  })

  it('is not taken where the mailbox is not, and the address is the one that is at fault', async () => {
    const { port } = await mailbox()
    expect(await send({ server: `smtp://localhost:${port}`, to: 'gone@example.org' })).toContain('no such mailbox')
  })

  it('signs in with the password of its file, and not with another', async () => {
    const { messages, port } = await mailbox({ authOptional: false, allowInsecureAuth: true })
    const server = `smtp://localhost:${port}`
    expect(await send({ server, login: { user: 'desk', pass: 'right' } })).toBe('taken')
    expect(messages.map(({ login }) => login)).toEqual(['desk'])
    expect(await send({ server, login: { user: 'desk', pass: 'wrong' } })).toMatch(/^Invalid login/)
    expect(await send({ server })).toContain('authentication Required')
  })
})

describe('off this machine a mail', () => {
  // Another name for it, which the rule does not take for this machine.
  const elsewhere = (protocol: string, port: number): string => `${protocol}://[::ffff:127.0.0.1]:${port}`

  it('is not sent in the clear', async () => {
    const { messages, port } = await mailbox({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    expect(await send({ server: elsewhere('smtp', port) })).toMatch(/STARTTLS/i)
    expect(messages).toEqual([])
  })

  it.each([
    ['smtp', false],
    ['smtps', true],
  ])('is not sent by %s to a server that nobody vouches for', async (protocol, secure) => {
    const { messages, port } = await mailbox({ secure })
    expect(await send({ server: elsewhere(protocol, port) })).toMatch(/self.signed certificate/i)
    expect(messages).toEqual([])
  })
})

it('gives up on a server that says nothing', async () => {
  const { port } = await mailbox({ onConnect: () => undefined })
  const receiver = mail({ server: `smtp://localhost:${port}`, from: 'desk@example.org', to: [] })
  const since = performance.now()
  await expect(receiver.send(NOTICE, { to: 'ada@example.org', signal: AbortSignal.timeout(200) })).rejects.toThrow()
  expect(performance.now() - since).toBeLessThan(5_000)
})
