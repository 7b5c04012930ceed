import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { otherAnswerers } from '../../src/hosts/claude-code/answerers.ts'
import { doorFor } from '../../src/hosts/claude-code/door.ts'
import { atLeast, parseVersion } from '../../src/hosts/claude-code/version.ts'
import { PreToolUse } from '../../src/hosts/claude-code/wire.ts'
import { call, HEADLESS, INTERACTIVE } from './payloads.ts'

const event = (tool: string, mode = 'default'): PreToolUse =>
  PreToolUse.parse(call(tool, {}, { permission_mode: mode }))
const agent = (version: string): string => `claude-code_${version}_harness`

describe('how a person can answer', () => {
  it.each([
    ['Bash', 'default'],
    ['Bash', 'bypassPermissions'],
    ['Bash', 'auto'],
    ['WebFetch', 'plan'],
    ['Agent', 'acceptEdits'],
    ['mcp__db__query', 'dontAsk'],
  ])('the host asks for %s in mode %s', (tool, mode) => {
    expect(doorFor(event(tool, mode), INTERACTIVE, [])).toEqual({ kind: 'question' })
  })

  it.each([
    ['headless', 'Bash', HEADLESS],
    ['an editor', 'Bash', { ...INTERACTIVE, entry: 'claude-vscode' }],
    ['a host that does not say', 'Bash', { ...INTERACTIVE, entry: '' }],
    ['a version that nobody tried', 'Bash', { ...INTERACTIVE, agent: agent('2-1-196') }],
    ['an unknown version', 'Bash', { ...INTERACTIVE, agent: '' }],
    ['a question without our reason', 'Write', INTERACTIVE],
    ['a question without our reason', 'Edit', INTERACTIVE],
    ['a question without our reason', 'Read', INTERACTIVE],
    ['a tool that nobody tried', 'Monitor', INTERACTIVE],
    ['-p on the command line', 'Bash', { ...INTERACTIVE, argv: ['claude', '-p', 'go'] }],
    ['another asker', 'Bash', { ...INTERACTIVE, argv: ['claude', '--permission-prompt-tool=mcp__x__y'] }],
  ])('a ticket for %s: %s', (_, tool, says) => {
    expect(doorFor(event(tool), says, []).kind).toBe('ticket')
  })

  it('a ticket where auto mode would answer by itself, as it did before 2.1.211', () => {
    expect(doorFor(event('Bash', 'auto'), { ...INTERACTIVE, agent: agent('2-1-210') }, []).kind).toBe('ticket')
    expect(doorFor(event('Bash', 'auto'), { ...INTERACTIVE, agent: agent('2-1-211') }, []).kind).toBe('question')
  })

  it('a ticket where something else could say yes', () => {
    const door = doorFor(event('Bash'), INTERACTIVE, ['`/etc/x.json`'])
    expect(door).toEqual({ kind: 'ticket', why: '`/etc/x.json` could answer for the person' })
  })
})

describe('versions', () => {
  it.each([
    ['2.1.330 (Claude Code)', [2, 1, 330]],
    ['claude-code_2-1-197_harness', [2, 1, 197]],
    ['2.1', undefined],
    ['', undefined],
    ['1.2.3.4', undefined],
  ])('%j', (text, version) => {
    expect(parseVersion(text)).toEqual(version)
  })

  it('are compared as numbers', () => {
    expect(atLeast([2, 1, 1000], [2, 1, 295])).toBe(true)
    expect(atLeast([2, 1, 99], [2, 1, 295])).toBe(false)
    expect(atLeast([2, 1, 295], [2, 1, 295])).toBe(true)
    expect(atLeast([3, 0, 0], [2, 1, 295])).toBe(true)
  })
})

describe('who else could answer the question', () => {
  let home: string
  let session: { cwd: string; transcript: string }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'interlock-'))
    const project = join(home, 'shop')
    session = {
      cwd: join(project, 'deep'),
      transcript: join(home, '.claude/projects', project.replace(/[^A-Za-z0-9]/g, '-'), 'e73a.jsonl'),
    }
    put('shop/deep/x', '')
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const put = (path: string, text: string): string => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
    return join(home, path)
  }
  const HOOK = '{"hooks":{"PermissionRequest":[{"hooks":[{"type":"command","command":"echo"}]}]}}'

  it('nobody', async () => {
    put('.claude/settings.json', '{"hooks":{"PreToolUse":[]}}')
    put('shop/.claude/skills/a/SKILL.md', '---\nname: a\n---\nUse hooks well.')
    expect(await otherAnswerers(session, ['/nowhere/managed-settings.json'])).toEqual([])
  })

  it.each([
    '.claude/settings.json',
    'shop/.claude/settings.json',
    'shop/.claude/settings.local.json',
    'shop/deep/.claude/settings.local.json',
    '.claude/plugins/cache/market/thing/1.0/hooks/hooks.json',
  ])('a hook in %s', async (path) => {
    expect(await otherAnswerers(session, [put(path, HOOK)])).toContain(`\`${join(home, path)}\``)
  })

  it('a hook of an administrator', async () => {
    const path = put('etc/managed-settings.json', HOOK)
    expect(await otherAnswerers(session, [path])).toEqual([`\`${path}\``])
  })

  it('a hook whose name is escaped', async () => {
    put('.claude/settings.json', HOOK.replace('Permission', 'Permiss\\u0069on'))
    expect(await otherAnswerers(session, [])).toHaveLength(1)
  })

  it('a hook that an agent or skill brings', async () => {
    put('shop/.claude/agents/a.md', '---\nhooks:\n  "Permission\\x52equest": []\n---\n')
    expect(await otherAnswerers(session, [])).toHaveLength(1)
  })

  it('a plugin that is linked into place', async () => {
    put('elsewhere/hooks/hooks.json', HOOK)
    mkdirSync(join(home, '.claude/plugins'), { recursive: true })
    symlinkSync(join(home, 'elsewhere'), join(home, '.claude/plugins/linked'))
    expect(await otherAnswerers(session, [])).toHaveLength(1)
  })

  it('somebody, where the project of the session can not be found', async () => {
    expect(await otherAnswerers({ ...session, cwd: '/' }, [])).toHaveLength(1)
    expect(await otherAnswerers({ ...session, transcript: '' }, [])).toHaveLength(1)
  })
})
