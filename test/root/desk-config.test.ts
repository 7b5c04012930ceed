import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { readDeskConfig, secretIn } from '../../src/root/desk-config.ts'
import { receiversOf } from '../../src/root/receivers.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-desk-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (text: string | Uint8Array): void => writeFileSync(join(folder, 'desk.yaml'), text)
const why = (): string => {
  try {
    readDeskConfig(folder)
    return 'it is taken'
  } catch (error) {
    return (error as Error).message.replaceAll(folder, '')
  }
}

it('says nothing where it is not there, or empty: then the defaults hold', () => {
  const defaults = readDeskConfig(folder)
  expect(defaults).toEqual({
    limits: { filingsPerMinute: 60 },
    quorum: [],
    reach: { bell: true, webhooks: {}, slack: {} },
  })
  write('# nothing yet\n')
  expect(readDeskConfig(folder)).toEqual(defaults)
})

it('takes what it knows', () => {
  write('reach:\n  bell: false\n')
  expect(readDeskConfig(folder).reach.bell).toBe(false)
})

describe('refuses, and says where', () => {
  it.each([
    ['an unknown part', 'reach: {}\nquorom: {}\n', '`/desk.yaml` does not fit: line 2: quorom: there is no such key'],
    ['an unknown key', 'reach:\n  bel: true\n', '`/desk.yaml` does not fit: line 2: reach.bel: there is no such key'],
    [
      'a value of another kind',
      'reach:\n  bell: loud\n',
      '`/desk.yaml` does not fit: line 2: reach.bell: Invalid input',
    ],
    ['a list', '- reach\n', '`/desk.yaml` does not fit: line 1: the file: Invalid input'],
    ['a key that stands twice', 'reach: {}\nreach: {}\n', '`/desk.yaml` is not valid YAML: Map keys must be unique'],
    ['a tag that nobody knows', 'reach: !js/function x\n', '`/desk.yaml` is not valid YAML: Unresolved tag'],
    [
      'a webhook in the clear',
      'reach:\n  webhooks:\n    pager: {url: http://hooks.example.org/x, secretFile: s}\n',
      '`/desk.yaml` does not fit: line 3: reach.webhooks.pager.url: it takes https://…, without a password in it',
    ],
    [
      'a password in an address',
      'reach:\n  webhooks:\n    pager: {url: https://a:b@hooks.example.org/x, secretFile: s}\n',
      'reach.webhooks.pager.url: it takes https://…, without a password in it',
    ],
    [
      'a user without a password',
      'reach:\n  mail: {server: smtps://mail.example.org, user: desk, from: a@example.org, to: [b@example.org]}\n',
      '`/desk.yaml` does not fit: line 2: reach.mail: `user` and `passwordFile` go together',
    ],
    [
      'a mail server in another form',
      'reach:\n  mail: {server: mail.example.org, from: a@example.org, to: [b@example.org]}\n',
      'reach.mail.server: it takes smtps://… or smtp://…, without a user in it',
    ],
    ['what is no YAML', 'reach: [\n', '`/desk.yaml` is not valid YAML: '],
    ['too much', `#${'x'.repeat(1 << 20)}`, '`/desk.yaml` is longer than 1024 KiB'],
  ])('%s', (_what, text, expected) => {
    write(text)
    expect(why()).toContain(expected)
  })
})

describe('a secret that it names', () => {
  const secret = (text: string, mode = 0o600): string => {
    writeFileSync(join(folder, 'hook.secret'), text)
    chmodSync(join(folder, 'hook.secret'), mode)
    try {
      return secretIn(folder, 'hook.secret')
    } catch (error) {
      return `refused: ${(error as Error).message.replaceAll(folder, '')}`
    }
  }

  it('is one line of a file beside it', () => {
    expect(secret('s3cret\n')).toBe('s3cret')
    expect(secret('s3cret', 0o640)).toBe('s3cret')
  })

  it.each([
    ['', 0o600, 'refused: `/hook.secret` holds no secret of one line'],
    ['two\nlines', 0o600, 'refused: `/hook.secret` holds no secret of one line'],
    ['s3cret', 0o644, 'refused: `/hook.secret` holds a secret and is open to everybody'],
  ])('is refused otherwise: %j', (text, mode, expected) => {
    expect(secret(text, mode)).toBe(expected)
  })

  it('is missed where it is not there', () => {
    expect(() => secretIn(folder, 'hook.secret')).toThrow('which `desk.yaml` names, is not there')
  })
})

describe('whom it names', () => {
  const receivers = (text: string, files: Record<string, string>): string[] => {
    write(text)
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 })
    return receiversOf(readDeskConfig(folder), folder, systemClock).map(({ name, host }) => `${name} at ${host}`)
  }
  const HOOK = 'reach: {webhooks: {pager: {url: "https://hooks.example.org/x", secretFile: s}}}'
  const ROOM = 'reach: {slack: {ops: {urlFile: s}}}'

  it('is told, with the secrets that lie beside it', () => {
    const mail = 'mail: {server: "smtps://mail.example.org", from: a@example.org, to: [b@example.org]}'
    const text = `reach: {webhooks: {pager: {url: "https://hooks.example.org/x", secretFile: s}}, slack: {ops: {urlFile: u}}, ${mail}}`
    const files = { s: `whsec_${Buffer.alloc(24).toString('base64')}\n`, u: 'https://chat.example.org/services/T0\n' }
    expect(receivers(text, files)).toEqual([
      'webhook/pager at hooks.example.org',
      'slack/ops at chat.example.org',
      'mail at mail.example.org',
    ])
  })

  it.each([
    ['a key that is too short', HOOK, `whsec_${Buffer.alloc(23).toString('base64')}`, '`s` holds no key of a webhook'],
    ['a key in another form', HOOK, 'hunter2', '`s` holds no key of a webhook'],
    ['a room in the clear', ROOM, 'http://chat.example.org/x', '`s` holds no address: it takes https://…'],
  ])('is refused with %s', (_what, text, s, expected) => {
    expect(() => receivers(text, { s })).toThrow(expected)
  })
})
