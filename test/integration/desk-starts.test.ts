import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { freePort } from '../desk/world.ts'
import { ROOT } from './place.ts'

it('`interlock desk` prints a link for the first person, behind which the page is, built of its sources', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-desk-'))
  const env = { PATH: process.env.PATH, HOME: folder }
  const args = ['desk', '--port', String(await freePort())]
  const desk = spawn(join(ROOT, 'bin/interlock'), args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let link = ''
    for await (const line of createInterface(desk.stdout)) {
      link = line.match(/http\S+\/join\/\S+/)?.[0] ?? ''
      if (link !== '') break
    }
    const page = await fetch(link)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/)
    const script = html.match(/<script[^>]* src="([^"]+)"/)?.[1] ?? ''
    const served = await fetch(new URL(script, link))
    expect(served.headers.get('content-type')).toContain('text/javascript')
    expect(await served.text()).toContain('Make a passkey and join')
  } finally {
    desk.kill('SIGTERM')
    if (desk.exitCode === null) await once(desk, 'exit')
    rmSync(folder, { recursive: true })
  }
})
