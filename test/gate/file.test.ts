import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FileInput } from '../../src/core/action.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Findings, surroundingsOf } from '../../src/gate/facts.ts'
import { type Performed, performFile } from '../../src/gate/file.ts'
import { probeWith } from '../../src/gate/probe.ts'
import { predictFile } from '../../src/kinds/file/predict.ts'
import { weigh } from '../../src/risk/weigh.ts'
import { Config } from '../../src/wire/config.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'interlock-file-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Judged, then performed, as the guard does it; `meanwhile` is what others do in between. */
async function perform(input: FileInput, options: { umask?: number; meanwhile?: () => void } = {}): Promise<Performed> {
  const around = surroundingsOf(
    { cwd: folder, home: folder },
    { temporary: [], guarded: () => [], launchers: [], env: {} },
  )
  const facts = new Findings(around)
  const look = (): void =>
    void weigh(predictFile({ ...input }, facts), facts, { config: Config.parse({}), target: undefined })
  const probe = probeWith(systemClock)
  look()
  for (let asked = facts.take(); asked.length > 0; asked = facts.take()) {
    const found = await probe(asked, around)
    for (const [at, each] of asked.entries()) facts.answer(each, found[at])
    look()
  }
  options.meanwhile?.()
  return performFile(input, facts, options.umask ?? 0o022)
}
const at = (name: string): string => join(folder, name)
const mode = (path: string): number => statSync(path).mode & 0o7777

describe('write', () => {
  it('makes files and folders as the caller’s umask says, not the guard’s', async () => {
    await perform({ operation: 'write', path: at('a/b/new'), content: 'x' }, { umask: 0o002 })
    expect([mode(at('a')), mode(at('a/b')), mode(at('a/b/new'))]).toEqual([0o775, 0o775, 0o664])
  })
  it('keeps mode and inode of a file that is there', async () => {
    writeFileSync(at('run.sh'), 'a longer text than the new one')
    chmodSync(at('run.sh'), 0o755)
    const { ino } = statSync(at('run.sh'))
    await perform({ operation: 'write', path: at('run.sh'), content: 'short' })
    expect([readFileSync(at('run.sh'), 'utf8'), mode(at('run.sh')), statSync(at('run.sh')).ino]).toEqual([
      'short',
      0o755,
      ino,
    ])
  })
  it('resolves a relative path against the caller’s folder, and `~` against his home', async () => {
    await perform({ operation: 'write', path: 'one', content: '1' })
    await perform({ operation: 'write', path: '~/two', content: '2' })
    expect([readFileSync(at('one'), 'utf8'), readFileSync(at('two'), 'utf8')]).toEqual(['1', '2'])
  })
  it('goes through a link to where it was judged to lead, also where nothing is there yet', async () => {
    mkdirSync(at('to'))
    symlinkSync(at('to/target'), at('link'))
    await perform({ operation: 'write', path: at('link'), content: 'x' })
    expect(readFileSync(at('to/target'), 'utf8')).toBe('x')
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
  })
  it('does not follow a link that took the file’s place after it was judged', async () => {
    writeFileSync(at('elsewhere'), 'precious')
    writeFileSync(at('file'), 'old')
    const meanwhile = (): void => {
      rmSync(at('file'))
      symlinkSync(at('elsewhere'), at('file'))
    }
    await expect(perform({ operation: 'write', path: at('file'), content: 'x' }, { meanwhile })).rejects.toThrow(
      'ELOOP',
    )
    expect(readFileSync(at('elsewhere'), 'utf8')).toBe('precious')
  })
  it('takes the name of a folder in brackets for a name', async () => {
    await perform({ operation: 'write', path: at('[id].ts'), content: 'x' })
    expect(readFileSync(at('[id].ts'), 'utf8')).toBe('x')
  })
  it('fails where the call does not say what to write', async () => {
    writeFileSync(at('file'), 'old')
    await expect(perform({ operation: 'write', path: at('file') })).rejects.toThrow('what to write')
    expect(readFileSync(at('file'), 'utf8')).toBe('old')
  })
})

describe('edit', () => {
  const edit = (old: string, replacement: string): Promise<Performed> =>
    perform({ operation: 'edit', path: at('file'), old, new: replacement })
  it('replaces what occurs once, keeps the mode, and every byte that is no text', async () => {
    writeFileSync(at('file'), Buffer.from([0xff, 0x61, 0x62, 0x63, 0xfe]))
    chmodSync(at('file'), 0o640)
    await edit('b', 'BB')
    expect([...readFileSync(at('file'))]).toEqual([0xff, 0x61, 0x42, 0x42, 0x63, 0xfe])
    expect(mode(at('file'))).toBe(0o640)
  })
  it.for([
    ['twice', 'ab ab', 'ab', 'occurs 2 times'],
    ['overlapping itself', 'aaa', 'aa', 'occurs 2 times'],
    ['nowhere', 'ab', 'c', 'occurs 0 times'],
    ['as nothing at all', 'ab', '', 'occurs 0 times'],
  ] as const)('refuses what occurs %s', async ([, text, old, why]) => {
    writeFileSync(at('file'), text)
    await expect(edit(old, 'x')).rejects.toThrow(why)
    expect(readFileSync(at('file'), 'utf8')).toBe(text)
  })
})

describe('read', () => {
  it('answers with a bounded text', async () => {
    writeFileSync(at('small'), 'text')
    writeFileSync(at('big'), 'x'.repeat((1 << 20) + 10))
    expect(await perform({ operation: 'read', path: at('small') })).toEqual({ text: 'text', truncated: false })
    const { text, truncated } = await perform({ operation: 'read', path: at('big') })
    expect([text.length, truncated]).toEqual([1 << 20, true])
  })
  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [at('pipe')])
    await expect(perform({ operation: 'read', path: at('pipe') })).rejects.toThrow('no regular file')
    await expect(perform({ operation: 'write', path: at('pipe'), content: 'x' })).rejects.toThrow()
  })
})

describe('delete and move', () => {
  it('take a link itself, not what it leads to', async () => {
    mkdirSync(at('kept'))
    writeFileSync(at('kept/inner'), 'x')
    for (const name of ['one', 'two']) symlinkSync(at('kept'), at(name))
    await perform({ operation: 'delete', path: at('one') })
    await perform({ operation: 'move', path: at('two'), to: at('three') })
    expect([existsSync(at('one')), lstatSync(at('three')).isSymbolicLink(), existsSync(at('kept/inner'))]).toEqual([
      false,
      true,
      true,
    ])
  })
  it('take a folder with all that is in it', async () => {
    mkdirSync(at('gone/deep'), { recursive: true })
    await perform({ operation: 'delete', path: 'gone' })
    expect(existsSync(at('gone'))).toBe(false)
  })
})
