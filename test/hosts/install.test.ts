import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { whyKeepSettings } from '../../src/hosts/claude-code/config-change.ts'
import { type Description, describeHost } from '../../src/hosts/claude-code/describe.ts'
import { hookFiles } from '../../src/hosts/claude-code/hook-files.ts'
import { hooksFor } from '../../src/hosts/claude-code/hooks.ts'
import { type InstallOptions, install, preview, settingsPath, uninstall } from '../../src/hosts/claude-code/install.ts'
import { installations, recordFolder, scriptPath } from '../../src/hosts/claude-code/record.ts'
import { whatIsMissing } from '../../src/hosts/claude-code/settings.ts'
import { ConfigChange } from '../../src/hosts/claude-code/wire.ts'
import { COMMON } from './payloads.ts'

const ODD = '\uFEFF{ "model":"opus" ,\r\n\t"permissions" : {"allow":[ ]}}\r\n\r\n'

describe('installing', () => {
  let folder: string
  let path: string
  let state: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'interlock-'))
    path = join(folder, 'home/.claude/settings.json')
    state = join(folder, 'state')
    mkdirSync(state)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const options = (rest: Partial<InstallOptions['setup']> = {}): InstallOptions => ({
    state,
    path,
    setup: {
      url: 'http://127.0.0.1:4100/hosts/claude-code',
      token: 'secret',
      takeOver: false,
      failsClosed: true,
      ...rest,
    },
    script: { socket: join(state, 'guard.sock'), start: ['/opt/interlock/bin/interlock', 'serve'] },
    environment: {},
  })
  const put = (text: string, mode = 0o644): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, mode)
  }
  const read = (): string => readFileSync(path, 'utf8')
  const mode = (at = path): number => statSync(at).mode & 0o777
  const whole = (rest = {}) => whatIsMissing(read(), hooksFor({ ...options(rest).setup, script: scriptPath(state) }))

  it('and removing gives back every byte and the mode', async () => {
    put(ODD, 0o640)
    await install(options())
    expect(whole()).toBeUndefined()
    await uninstall({ state, path })
    expect(read()).toBe(ODD)
    expect(mode()).toBe(0o640)
    expect(await installations(state)).toEqual([])
  })

  it('is described by what the settings still hold, not by our record of it', async () => {
    const described = async (): Promise<Description> =>
      describeHost(await installations(state), { kind: 'not tried', why: '' })
    expect((await described()).holds).toEqual([])
    await install(options())
    const whole = await described()
    expect([whole.installed[0]?.broken, whole.holds.length > 0]).toEqual([undefined, true])
    writeFileSync(path, '{}')
    expect(await described()).toMatchObject({ installed: [{ broken: 'the hook on PreToolUse is gone' }], holds: [] })
    rmSync(path)
    expect(await described()).toMatchObject({ installed: [{ broken: 'the file is gone' }], holds: [] })
  })

  it('makes the settings one of the guard’s own files for as long as they carry its hooks', async () => {
    const files = hookFiles(state)
    expect(files()).toEqual([])
    await install(options())
    expect(files()).toEqual([path])
    writeFileSync(join(recordFolder(state), 'other.json'), 'broken')
    expect(hookFiles(state)()).toEqual([path])
    rmSync(join(recordFolder(state), 'other.json'))
    await uninstall({ state, path })
    expect(files()).toEqual([])
  })

  it('and removing takes away what was not there', async () => {
    await install(options())
    expect(whole()).toBeUndefined()
    await uninstall({ state, path })
    expect(existsSync(dirname(path))).toBe(false)
  })

  it('keeps the token from others on the machine', async () => {
    put('{}', 0o644)
    await install(options())
    expect(mode()).toBe(0o600)
    expect(mode(scriptPath(state))).toBe(0o600)
    for (const name of readdirSync(dirname(scriptPath(state))))
      expect(mode(join(dirname(scriptPath(state)), name))).toBe(0o600)
  })

  it('a second time renews our entries, and the first bytes come back', async () => {
    put(ODD)
    await install(options())
    await install(options({ url: 'http://127.0.0.1:4200/hosts/claude-code', failsClosed: false }))
    expect(whole({ url: 'http://127.0.0.1:4200/hosts/claude-code', failsClosed: false })).toBeUndefined()
    expect(read()).not.toContain('4100')
    await uninstall({ state, path })
    expect(read()).toBe(ODD)
  })

  it('keeps what somebody wrote since, and takes only our entries out', async () => {
    put('{\n  "model": "opus"\n}\n')
    await install(options())
    writeFileSync(path, read().replace('opus', 'haiku'))
    expect((await uninstall({ state, path })).join()).toContain('edited since')
    expect(read()).toBe('{\n  "model": "haiku"\n}\n')
  })

  it('after an edit renews, and later gives that edit back', async () => {
    put('{\n  "model": "opus"\n}\n')
    await install(options())
    writeFileSync(path, read().replace('opus', 'haiku'))
    await install(options())
    expect(whole()).toBeUndefined()
    await uninstall({ state, path })
    expect(read()).toBe('{\n  "model": "haiku"\n}\n')
  })

  it('writes through a link, and the link stays', async () => {
    const target = join(folder, 'dotfiles.json')
    writeFileSync(target, ODD)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync('../../dotfiles.json', path)
    await install(options())
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readFileSync(target, 'utf8')).toContain('PreToolUse')
    await uninstall({ state, path })
    expect(readFileSync(target, 'utf8')).toBe(ODD)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  })

  it('writes through a link to a file that is yet to be made', async () => {
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync('later.json', path)
    await install(options())
    expect(whole()).toBeUndefined()
    await uninstall({ state, path })
    expect(existsSync(path)).toBe(false)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  })

  it.each([
    ['JSON with a comment', '// mine\n{}'],
    ['an entry that voids it', '{"permissions":null}'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('leaves a file with %s as it is', async (_, bytes) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    await expect(install(options())).rejects.toMatchObject({
      code: 'install/settings',
      hint: expect.stringMatching(/./),
    })
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true)
    expect(await installations(state)).toEqual([])
  })

  it('leaves nothing beside the file', async () => {
    put('{}')
    await install(options())
    expect(readdirSync(dirname(path))).toEqual(['settings.json'])
  })

  it('can be looked at first', async () => {
    put('{}')
    const { plan } = await preview(options({ takeOver: true }))
    expect(plan.text).toContain('X-Interlock-Take-Over')
    expect(read()).toBe('{}')
  })

  it('removing what was never installed says so', async () => {
    await expect(uninstall({ state, path })).rejects.toMatchObject({ code: 'install/not-installed' })
  })

  it('of a folder goes to the settings that no repository shares', () => {
    expect(settingsPath({ project: '/srv/shop' })).toBe('/srv/shop/.claude/settings.local.json')
    expect(settingsPath({ config: '/home/ada/.claude' })).toBe('/home/ada/.claude/settings.json')
  })

  describe('then a changed settings file', () => {
    const change = (file_path: string | undefined): ConfigChange =>
      ConfigChange.parse({ ...COMMON, hook_event_name: 'ConfigChange', file_path })
    const why = (at: string | undefined = path) => whyKeepSettings(state, change(at))
    beforeEach(async () => {
      put('{}')
      await install(options())
    })

    it('takes effect while our hooks are whole', async () => {
      expect(await why()).toBeUndefined()
      writeFileSync(path, read().replace('{', '{"model":"opus",'))
      expect(await why()).toBeUndefined()
    })

    it.each([
      ['emptied', () => writeFileSync(path, '{}')],
      ['broken', () => writeFileSync(path, '{')],
      ['removed', () => rmSync(path)],
      ['its folder removed', () => rmSync(dirname(path), { recursive: true })],
      ['switched off', () => writeFileSync(path, read().replace('{', '{"disableAllHooks":true,'))],
      ['another port', () => writeFileSync(path, read().replaceAll('4100', '4101'))],
    ])('does not reach the session: %s', async (_, edit) => {
      edit()
      expect(await why()).toContain('Interlock keeps this session guarded')
    })

    it('of another kind does not reach the session where it switches hooks off', async () => {
      const local = join(folder, 'settings.local.json')
      writeFileSync(local, '{"disableAllHooks":true}')
      expect(await why(local)).toContain('all hooks are switched off')
      writeFileSync(local, '{"model":"opus"}')
      expect(await why(local)).toBeUndefined()
      expect(await why(join(folder, 'none.json'))).toBeUndefined()
    })

    it('takes effect after a person removed Interlock', async () => {
      await uninstall({ state, path })
      expect(await why()).toBeUndefined()
    })

    it('is judged by a record, and a broken one lets nothing through', async () => {
      for (const name of readdirSync(join(state, 'hosts/claude-code')))
        writeFileSync(join(state, 'hosts/claude-code', name), '{')
      await expect(why()).rejects.toMatchObject({ code: 'install/record' })
    })
  })
})
