import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatTranscript, matches, parseTranscript, play, settle } from './transcript.ts'

const TEXT = `# a comment
# setup: touch seen

$ ls
seen

$ printf 'one\\n\\ntwo\\n' >&2; exit 3
one

two
? 3
`

describe('a transcript', () => {
  it('is read and written back as it was', () => {
    const transcript = parseTranscript(TEXT)
    expect(transcript.setup).toEqual(['touch seen'])
    expect(transcript.steps.map((step) => step.code)).toEqual([0, 3])
    expect(transcript.steps[1]?.output).toEqual(['one', '', 'two'])
    expect(formatTranscript(transcript)).toBe(TEXT)
  })

  it.for([
    [['a', '...', 'z'], ['a', 'z'], true],
    [['a', '...', 'z'], ['a', 'b', 'c', 'z'], true],
    [['a', '...', 'z'], ['a', 'b'], false],
    [['...'], [], true],
    [['a ... z'], ['a b c z'], true],
    [['a.c'], ['abc'], false],
    [['a'], ['a', 'b'], false],
    [['a', 'b'], ['a'], false],
    [[], ['a'], false],
  ] as const)('expecting %j and seeing %j matches: %j', ([expected, seen, yes]) => {
    expect(matches(expected, seen)).toBe(yes)
  })

  it('keeps its wildcards where they hold, and takes what was seen where they do not', () => {
    const expected = { command: 'x', output: ['ticket ...', 'refused'], code: 0 }
    expect(settle(expected, { ...expected, output: ['ticket 7', 'refused'] })).toBe(expected)
    expect(settle(expected, { ...expected, output: ['ticket 7', 'allowed'] }).output).toEqual(['ticket ...', 'allowed'])
    expect(settle(expected, { ...expected, code: 1 }).code).toBe(1)
  })
})

describe('playing a transcript', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'interlock-transcript-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs in a home, a state folder and a git workspace of its own', async () => {
    const launcher = join(folder, 'launcher')
    writeFileSync(launcher, '#!/bin/sh\necho "$@" in "$PWD" with "$INTERLOCK_HOME"\n', { mode: 0o755 })
    const transcript = parseTranscript('$ interlock check\n$ cd && pwd\n$ git status --porcelain\n$ exit 7\n')
    const steps = await play(transcript, folder, launcher)
    expect(steps.map((step) => step.output)).toEqual([['check in WORKSPACE with STATE'], ['~'], [], []])
    expect(steps.map((step) => step.code)).toEqual([0, 0, 0, 7])
  })

  it('refuses to go on where the setup fails', async () => {
    const transcript = parseTranscript('# setup: cat missing\n$ true\n')
    await expect(play(transcript, folder, '/bin/true')).rejects.toThrow(/the setup failed/)
  })
})
