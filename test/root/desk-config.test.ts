import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDeskConfig, secretIn } from '../../src/root/desk-config.ts'

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
  expect(defaults).toMatchObject({ reach: { bell: true }, quorum: [] })
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
