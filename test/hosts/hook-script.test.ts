import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hookScript } from '../../src/hosts/claude-code/hook-script.ts'
import { hooksFor } from '../../src/hosts/claude-code/hooks.ts'
import { denyAnswer, keepSettings, NOTED } from '../../src/hosts/claude-code/translate.ts'
import { bash } from './payloads.ts'

const ALLOW = JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse' }, suppressOutput: false })
const DENY = denyAnswer('no\nway: },"suppressOutput":false} |200')
const answer = (body: string, head = 'HTTP/1.1 200 OK'): string =>
  `${head}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

describe('the shell hook', () => {
  let folder: string
  let server: Server
  const sockets = new Set<Socket>()
  let heard = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "it's "))
    heard = ''
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    if (server?.listening) await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  /** A guard that does with a request whatever `reply` does. */
  const serve = (reply: (socket: Socket) => void): Promise<void> => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        heard += chunk
        if (heard.includes('toolu_1') || heard.startsWith('GET')) reply(socket)
      })
    })
    return new Promise((resolve) => server.listen(join(folder, 'guard.sock'), resolve))
  }

  const script = (
    text = hookScript({
      socket: join(folder, 'guard.sock'),
      route: '/hosts/claude-code',
      start: ['touch', join(folder, 'started')],
    }),
  ): string => {
    writeFileSync(join(folder, 'hook.sh'), text)
    return join(folder, 'hook.sh')
  }

  /** As the host runs it: the installed line, given to a shell. */
  const run = (
    event = 'PreToolUse',
    { takeOver = false, env = {} } = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> => {
    const setup = {
      url: 'http://127.0.0.1:1/x',
      token: 't',
      script: join(folder, 'hook.sh'),
      takeOver,
      failsClosed: false,
    }
    const line = String(hooksFor(setup)[event]?.hooks[0]?.command)
    return new Promise((resolve) => {
      const said = { AI_AGENT: 'claude-code_2-1-197_harness', CLAUDE_CODE_ENTRYPOINT: 'cli' }
      const child = spawn('/bin/sh', ['-c', line], { env: { PATH: process.env.PATH, ...said, ...env } })
      let stdout = ''
      let stderr = ''
      child.stdout.on('data', (chunk) => (stdout += chunk))
      child.stderr.on('data', (chunk) => (stderr += chunk))
      child.stdin.on('error', () => undefined)
      child.stdin.end(JSON.stringify(bash('ls')))
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
  }

  it.each([
    ['an allow', 'PreToolUse', ALLOW],
    ['a deny', 'PreToolUse', DENY],
    ['a long deny', 'PreToolUse', denyAnswer('x\n'.repeat(100_000))],
    ['a block', 'ConfigChange', keepSettings('kept')],
    ['a note', 'ConfigChange', NOTED],
  ])('hands on %s of the guard as it is', async (_, event, body) => {
    script()
    await serve((socket) => socket.end(answer(body)))
    expect(await run(event)).toEqual({ code: 0, stdout: body, stderr: '' })
  })

  it('tells the guard what the host says, and the payload whole', async () => {
    script()
    await serve((socket) => socket.end(answer(ALLOW)))
    await run('PreToolUse', { takeOver: true })
    expect(heard).toMatch(/^POST \/hosts\/claude-code HTTP/)
    expect(heard).toContain('X-Interlock-Entry: cli\r\n')
    expect(heard).toContain('X-Interlock-Agent: claude-code_2-1-197_harness\r\n')
    expect(heard).toContain('X-Interlock-Take-Over: yes\r\n')
    expect(heard).toContain(`X-Interlock-Pid: ${process.pid}\r\n`)
    expect(heard).toContain(JSON.stringify(bash('ls')))
  })

  const cut = (text: string, by: number): string => text.slice(0, text.length - by)
  const close = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'
  it.each<[string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.destroy()],
    ['closes within the head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ['closes before the body', (socket) => socket.end(cut(answer(ALLOW), ALLOW.length))],
    ['closes within an allow', (socket) => socket.end(cut(answer(ALLOW), 1))],
    ['closes within a deny', (socket) => socket.end(cut(answer(DENY), 30))],
    ['closes within a deny that has no length', (socket) => socket.end(close + cut(DENY, 30))],
    ['closes within an allow that has no length', (socket) => socket.end(close + cut(ALLOW, 1))],
    [
      'closes within a chunk',
      (socket) =>
        socket.end(
          `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${ALLOW.length.toString(16)}\r\n${cut(ALLOW, 1)}`,
        ),
    ],
    [
      'closes before the last chunk',
      (socket) =>
        socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${ALLOW.length.toString(16)}\r\n${ALLOW}\r\n`),
    ],
    ['answers nothing', (socket) => socket.end(answer(''))],
    ['answers {}', (socket) => socket.end(answer('{}'))],
    ['answers a note to a call', (socket) => socket.end(answer(NOTED))],
    ['answers null', (socket) => socket.end(answer('null'))],
    ['answers []', (socket) => socket.end(answer('[]'))],
    ['answers HTML', (socket) => socket.end(answer('<html>OK</html>'))],
    ['answers another event', (socket) => socket.end(answer(ALLOW.replace('PreToolUse', 'PostToolUse')))],
    ['answers something before an allow', (socket) => socket.end(answer(`x${ALLOW}`))],
    ['answers something after an allow', (socket) => socket.end(answer(`${ALLOW}x`))],
    ['answers 500 with an allow', (socket) => socket.end(answer(ALLOW, 'HTTP/1.1 500 Oh'))],
    ['answers 404', (socket) => socket.end(answer('', 'HTTP/1.1 404 No'))],
    ['answers 204', (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n')],
    [
      'sends us elsewhere',
      (socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n'),
    ],
    ['speaks no HTTP', (socket) => socket.end(`${ALLOW}|200`)],
  ])('ends in 2 with a reason when the guard %s', async (_, reply) => {
    script()
    await serve(reply)
    const { code, stdout, stderr } = await run()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Interlock: nothing ran, .+\n$/)
  })

  it('B13: ends in 2 when no guard is there', async () => {
    script()
    expect(await run()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('could not be reached') })
  })

  it('B13: ends in 2 when the guard hangs or drips', async () => {
    const text = hookScript({ socket: join(folder, 'guard.sock'), route: '/h', start: [] })
    script(text.replace('--max-time 50', '--max-time 1'))
    expect(text).toContain('--max-time 50')
    await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
      const timer = setInterval(() => socket.write(' '), 100)
      socket.on('close', () => clearInterval(timer))
    })
    expect(await run()).toMatchObject({ code: 2, stdout: '' })
  })

  it.each([
    ['is gone', () => rmSync(join(folder, 'hook.sh'))],
    ['is emptied', () => script('')],
    ['is broken', () => script('if')],
    ['ends in a fault of its own', () => script('exit 1')],
    ['is killed', () => script('kill -9 $$')],
  ])('ends in 2 when its own file %s', async (_, harm) => {
    script()
    harm()
    expect((await run()).code).toBe(2)
  })

  it('ends in 2 without curl', async () => {
    script(hookScript({ socket: '/x', route: '/h', start: [] }).replace(/^PATH=.*$/m, 'PATH=/nowhere'))
    expect(await run()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('curl is missing') })
  })

  it('is asked through no proxy and by no curlrc', async () => {
    script()
    writeFileSync(join(folder, '.curlrc'), 'url = "http://127.0.0.1:9/"\nfail\noutput = /dev/null\n')
    await serve((socket) => socket.end(answer(ALLOW)))
    const env = {
      HTTP_PROXY: 'http://127.0.0.1:9',
      http_proxy: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
      HOME: folder,
    }
    expect(await run('PreToolUse', { env })).toEqual({ code: 0, stdout: ALLOW, stderr: '' })
  })

  describe('at the start of a session', () => {
    it('starts nothing where a guard answers', async () => {
      script()
      await serve((socket) => socket.end(answer('', 'HTTP/1.1 404 No')))
      expect(await run('SessionStart')).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(existsSync(join(folder, 'started'))).toBe(false)
    })

    it('starts a guard, and says so where it does not come', async () => {
      script(
        hookScript({
          socket: join(folder, 'guard.sock'),
          route: '/h',
          start: ['touch', join(folder, 'started')],
        }).replace('-lt 80', '-lt 3'),
      )
      const { code, stdout } = await run('SessionStart')
      expect(code).toBe(0)
      expect(existsSync(join(folder, 'started'))).toBe(true)
      expect(JSON.parse(stdout).systemMessage).toContain('no tool call will run')
    })

    it('warns of a proxy that would get the calls', async () => {
      script()
      await serve((socket) => socket.end(answer('')))
      const { stdout } = await run('SessionStart', { env: { HTTPS_PROXY: 'http://p' } })
      expect(JSON.parse(stdout).systemMessage).toContain('NO_PROXY')
      expect((await run('SessionStart', { env: { HTTP_PROXY: 'http://p', NO_PROXY: 'a,127.0.0.1' } })).stdout).toBe('')
    })
  })

  it('is a script that every POSIX shell reads', () => {
    const path = script()
    chmodSync(path, 0o600)
    for (const shell of ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox']) {
      if (existsSync(shell)) execFileSync(shell, shell.endsWith('busybox') ? ['sh', '-n', path] : ['-n', path])
    }
  })
})
