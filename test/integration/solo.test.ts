import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { CallReply } from '../../src/wire/api.ts'
import { ReceiptProof } from '../../src/wire/report.ts'
import { buildWeb } from '../../tools/web.ts'
import { chromiumHere, flawsOf, openBrowser, type Visitor, visitor } from './browser.ts'
import { makePlace, type Place, ROOT } from './place.ts'

const CHROMIUM = chromiumHere()
const HELD = 'rm -r ~/photos'
const HOSTILE = "rm -r ~/albums; echo '\u202eevil\u2069\u200b \u001b[31m p\u0430ypal'"

let p: Place
let browser: Browser
let tom: Visitor
let held: CallReply

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  await buildWeb()
  p = await makePlace()
  for (const folder of ['photos', 'albums', 'videos']) mkdirSync(join(p.home, folder))
  writeFileSync(join(p.home, 'photos/one'), 'holiday')
  mkdirSync(join(p.work, 'notes'))
  for (const name of ['a', 'b']) writeFileSync(join(p.work, 'notes', name), `note ${name}`)
  mkdirSync(join(p.home, '.config/interlock'), { recursive: true })
  const registry =
    'systems:\n  shop: {match: ["aws:stack/shop*"], environment: staging, tier: 2, deploys: [main], dependsOn: [stock]}\n  stock: {match: ["aws:stack/stock"], environment: staging}\n'
  writeFileSync(join(p.home, '.config/interlock/interlock.yaml'), registry)
  await p.serve()
  await p.call('rm -rf notes', 'guard', { goal: 'Tidy up the repository before the release' })
  held = await p.call(HELD, 'guard', { claim: 'They are copies of what is in the cloud.' })
  browser = await openBrowser(CHROMIUM)
  tom = await visitor(browser, 'http://interlock.localhost')
})
afterAll(async () => {
  await browser?.close()
  await p?.remove()
})
beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip('chromium is not installed')
})

async function linkOf(): Promise<string> {
  const { stdout } = await p.atTerminal('', 'console', '--no-browser')
  return /http:\/\/interlock\.localhost:\d+\/open#\S+/.exec(stdout)?.[0] ?? ''
}

/** By its address, as a person would who has typed it. */
async function visit(path: string): Promise<void> {
  await tom.page.goto(new URL(path, tom.page.url()).href)
}

describe('the guard’s console', () => {
  it('is there for nobody who did not ask for it in a terminal', async () => {
    const { port, token } = JSON.parse(readFileSync(join(p.state, 'guard.json'), 'utf8')) as {
      port: number
      token: string
    }
    const link = `curl -s -H 'Authorization: Bearer ${token}' -d '{}' http://127.0.0.1:${port}/v1/console`
    expect((await p.sh(link)).stdout).toContain('has none')
    const page = await p.sh(`curl -s -H 'Host: interlock.localhost:${port}' http://127.0.0.1:${port}/`)
    expect(page.stdout).toContain('no such host')
  })

  it('is no agent’s to ask for', async () => {
    expect(await p.call('interlock console')).toMatchObject({ ruling: 'deny' })
  })

  it('opens once, by the link that the terminal prints, and takes it out of the address', async () => {
    const link = await linkOf()
    await tom.page.goto(link)
    await tom.page.getByRole('heading', { name: 'Waiting' }).waitFor()
    expect(new URL(tom.page.url()).pathname + new URL(tom.page.url()).hash).toBe('/')
    const second = await browser.newContext()
    const page = await second.newPage()
    await page.goto(link)
    await page.getByText('this link was used').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await second.close()
  })

  it('is of no use to another process that has its cookie', async () => {
    const [cookie] = await tom.page.context().cookies()
    expect(cookie).toMatchObject({ domain: 'interlock.localhost', httpOnly: true, sameSite: 'Strict' })
    const { origin } = new URL(tom.page.url())
    const header = (words: string): string => `-H '${words}'`
    const stolen = [
      header(`Cookie: ${cookie?.name}=${cookie?.value}`),
      header('Sec-Fetch-Site: same-origin'),
      header(`Origin: ${origin}`),
      header('Content-Type: application/json'),
      header(`Host: ${new URL(origin).host}`),
    ].join(' ')
    const at = `http://127.0.0.1:${new URL(origin).port}`
    expect((await p.sh(`curl -s ${stolen} ${at}/api/waiting`)).stdout).toContain('not open in this browser')
    const yes = `curl -s ${stolen} -d '{"answer":"confirmed"}' ${at}/api/waiting/${held.ticket}`
    expect((await p.sh(yes)).stdout).toContain('not open in this browser')
  })

  it('answers no page that an agent serves on another port of this machine', async () => {
    const { origin } = new URL(tom.page.url())
    const context: BrowserContext = tom.page.context()
    const page = await context.newPage()
    await page.route('http://**:3999/**', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>mine</h1>' }))
    for (const theirs of [
      'http://localhost:3999/',
      'http://interlock.localhost:3999/',
      'http://a.interlock.localhost:3999/',
    ]) {
      await page.goto(theirs)
      const said = await page.evaluate(tryToConfirm, { origin, ticket: held.ticket ?? '' })
      expect([theirs, said]).toEqual([theirs, 'nothing came back'])
    }
    await page.close()
    expect(await standing()).toBe('open')
  })

  it('shows a held call from top to bottom, with the claim as a claim', async () => {
    await visit(`/waiting/${held.ticket}`)
    await tom.page.getByRole('heading', { level: 1 }).waitFor()
    expect(await tom.page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'What it would do',
      'Exactly what would run',
      'How it would be undone',
      'Why it is held',
      'What it is for',
      'Who',
      'Your answer',
    ])
    await tom.page.getByText('Tidy up the repository before the release').waitFor()
    await tom.page.locator('.claim', { hasText: 'They are copies' }).waitFor()
    await tom.page.getByText('from the snapshot that is taken first').waitFor()
    await picture(tom.page, 'solo-waiting', { width: 920, height: 1160 })
  })

  it('lets exactly this call run once, by keyboard alone; the record says where, and that it could be forged', async () => {
    await tom.page.keyboard.press('a')
    await tom.page.getByText('This very call may run once').waitFor()
    await tom.page.keyboard.press('Enter')
    await tom.page.getByRole('status').getByText('answered').waitFor()
    const both = await Promise.all([p.call(HELD), p.call(HELD)])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['done', 'waiting'])
    expect(existsSync(join(p.home, 'photos/one'))).toBe(false)
    const [said] = (await p.log()).filter(({ type }) => type.endsWith('answered'))
    expect(said?.data).toMatchObject({
      answer: 'confirmed',
      by: expect.stringMatching(/^the console in process \d+ \(.+\), opened by process \d+ \(.+\) with a terminal$/),
      forgeable: true,
    })
  })

  it('shows a new hold in an open page by itself, refuses it, and the No sticks', async () => {
    await visit('/')
    await tom.page.getByRole('heading', { name: 'Waiting' }).waitFor()
    const again = await p.call(HOSTILE)
    await tom.page.locator(`[data-ticket=${again.ticket}]`).click()
    for (const seen of ['U+202E RLO', 'U+200B zero width space', 'U+001B ESC', 'U+0430'])
      await tom.page.getByText(seen).first().waitFor()
    expect(await flawsOf(tom.page)).toEqual([])
    await tom.page.keyboard.press('d')
    await tom.page.getByRole('button', { name: 'Refuse it' }).click()
    await tom.page.getByRole('status').getByText('answered').waitFor()
    expect(await p.call(HOSTILE)).toMatchObject({ ruling: 'deny', rule: 'operator/refused' })
  })

  it('tells the run, and gives back what it changed after showing what that would be', async () => {
    await visit('/runs')
    await tom.page.getByRole('link', { name: /Tidy up/ }).click()
    await tom.page.getByRole('heading', { name: 'Tidy up the repository before the release' }).waitFor()
    await tom.page.getByText('deny').first().waitFor()
    await picture(tom.page, 'solo-run', { width: 920, height: 760 })
    await tom.page.getByRole('button', { name: /^Undo rm -rf notes/ }).click()
    await tom.page.getByText('This would come back:').waitFor()
    await tom.page.getByText(join(p.work, 'notes/a')).waitFor()
    expect(existsSync(join(p.work, 'notes/a'))).toBe(false)
    expect(await flawsOf(tom.page)).toEqual([])
    await tom.page.getByRole('button', { name: 'Give this back' }).click()
    await tom.page.getByText('Given back.').waitFor()
    expect(readFileSync(join(p.work, 'notes/a'), 'utf8')).toBe('note a')
    await tom.page.getByText('given back', { exact: false }).first().waitFor()
  })

  it('proves an entry of the ledger in the browser, and keeps the key that it saw first', async () => {
    await visit('/ledger')
    await tom.page.getByText('seen for the first time').waitFor()
    const shown = await tom.page.getByRole('region', { name: 'Standing' }).locator('code').innerText()
    expect((await p.atTerminal('', 'console', '--no-browser')).stdout).toContain(shown)
    await tom.page.getByLabel(/^Search/).fill('ticket.answered confirmed')
    await tom.page.keyboard.press('Enter')
    await tom.page
      .getByRole('link', { name: /confirmed/ })
      .first()
      .click()
    await tom.page.getByText(/it is entry \d+ of \d+ that the key signed/).waitFor()
    await picture(tom.page, 'solo-ledger', { width: 920, height: 620 })
    const download = tom.page.waitForEvent('download')
    await tom.page.getByRole('button', { name: 'Save it with its proof' }).click()
    const saved = ReceiptProof.parse(JSON.parse(readFileSync(await (await download).path(), 'utf8')))
    expect(JSON.parse(saved.entries[0]?.entry ?? '')).toMatchObject({ type: 'dev.interlock.ticket.answered' })
    const written = ReceiptProof.parse(JSON.parse((await p.interlock('log', 'prove', saved.receipt)).stdout))
    expect(written.vkey).toBe(saved.vkey)
    expect(written.entries.map(({ entry }) => entry)).toContain(saved.entries[0]?.entry)
  })

  it('is loud where the server shows another ledger, or another entry', async () => {
    const { page } = tom
    await page.route('**/api/ledger/files/tile/entries/**', async (route) => {
      const name = new URL(route.request().url()).pathname.replace('/api/ledger/files/', '')
      const bytes = readFileSync(join(p.state, 'ledger', name), 'latin1')
      await route.fulfill({ body: Buffer.from(bytes.replace('"confirmed"', '"confirmee"'), 'latin1') })
    })
    await page.reload()
    await page.getByRole('alert').getByText('Not proved: the proof leads to another root').waitFor()
    await page.unroute('**/api/ledger/files/tile/entries/**')
    const other = 'other+d4ed41cd+AWvQ6qFxZsZ6dLmF0v7f8dXoNQrxNwyzjvE1wYh0oXyB'
    await page.route('**/api/ledger/files/vkey', (route) => route.fulfill({ body: other }))
    await visit('/ledger')
    await page.getByRole('alert').first().waitFor()
    expect(await flawsOf(page)).toEqual([])
    await page.unroute('**/api/ledger/files/vkey')
  })

  it('shows the registry, stops everything at once, and resumes', async () => {
    await visit('/systems')
    await tom.page.getByText('shop', { exact: true }).first().waitFor()
    await tom.page.getByText('needed by shop').waitFor()
    await tom.page.getByLabel('Why, for the record').fill('the wrong account')
    await tom.page.getByRole('button', { name: 'Stop every agent now' }).click()
    await tom.page.getByText('everything is stopped', { exact: true }).waitFor()
    expect(await p.call('true')).toMatchObject({ ruling: 'deny', rule: 'breaker/stopped' })
    expect(await flawsOf(tom.page)).toEqual([])
    await tom.page.getByRole('button', { name: 'Resume everything' }).click()
    await tom.page.getByRole('group').getByRole('button', { name: 'Resume' }).click()
    await tom.page.getByRole('heading', { name: 'Stop everything' }).waitFor()
    expect(await p.call('true')).toMatchObject({ ruling: 'allow' })
  })

  it('can be used by everybody, on a phone and at night', { timeout: 120_000 }, async () => {
    const waits = await p.call('rm -r ~/.cache-of-mine ~/photos')
    const pages = {
      '/': '.row',
      [`/waiting/${waits.ticket}`]: '.ballot',
      '/runs': '.row',
      '/runs/run': '.step',
      '/ledger': '.row',
      '/ledger/1': '.bytes',
      '/systems': '.registry',
      '/no': 'h1',
    }
    for (const [path, whole] of Object.entries(pages))
      for (const [colorScheme, width] of [
        ['light', 360],
        ['dark', 1280],
      ] as const) {
        await tom.page.setViewportSize({ width, height: 800 })
        await tom.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await visit(path)
        await tom.page.locator(whole).first().waitFor()
        expect.soft(await flawsOf(tom.page), `${path} ${colorScheme} ${width}`).toEqual([])
      }
    await tom.page.setViewportSize({ width: 360, height: 800 })
    await visit(`/waiting/${waits.ticket}`)
    await tom.page.getByRole('button', { name: /^Let it run/ }).waitFor()
    await picture(tom.page, 'solo-phone', { width: 360, height: 780 })
    await tom.page.keyboard.press('?')
    await tom.page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await flawsOf(tom.page)).toEqual([])
    await tom.page.keyboard.press('Escape')
  })

  it('takes a passkey for a yes once there is one, which nothing but its holder could give', async () => {
    await tom.page.setViewportSize({ width: 920, height: 800 })
    await visit('/systems')
    await tom.page.getByRole('button', { name: 'Make a passkey' }).click()
    await tom.page.getByText('A yes of yours takes your passkey').waitFor()
    expect(await flawsOf(tom.page)).toEqual([])
    const waits = await p.call('rm -r ~/videos')
    const typed = await p.atTerminal('y\n', 'confirm', waits.ticket ?? '')
    expect([typed.code, typed.stdout]).toEqual([11, expect.stringContaining('interlock console')])
    await visit(`/waiting/${waits.ticket}`)
    await tom.page.getByRole('button', { name: /^Let it run/ }).click()
    await tom.page.getByRole('button', { name: 'by your passkey' }).click()
    await tom.page.getByRole('status').getByText('answered').waitFor()
    expect((await p.call('rm -r ~/videos')).outcome).toBe('done')
    const said = (await p.log()).findLast(({ type }) => type.endsWith('answered'))
    expect(said?.data).toMatchObject({ answer: 'confirmed', forgeable: false, signed: { nonce: expect.any(String) } })
    expect((await p.interlock('status')).stdout).toContain('by your passkey, in the console')
  })

  it('is shut when it is closed, and by the end of the guard', async () => {
    await tom.page.setViewportSize({ width: 920, height: 800 })
    await tom.page.goto(await linkOf())
    await tom.page.getByRole('heading', { name: 'Waiting' }).waitFor()
    await tom.page.getByRole('button', { name: 'Close' }).click()
    await tom.page.getByRole('heading', { name: 'Interlock console' }).waitFor()
    await tom.page.goto(await linkOf())
    await tom.page.getByRole('heading', { name: 'Waiting' }).waitFor()
    await p.interlock('serve', '--stop')
    await p.serve()
    await linkOf()
    await tom.page.reload()
    await tom.page.getByRole('heading', { name: 'Interlock console' }).waitFor()
    expect(tom.complaints).toEqual([])
  })
})

async function standing(): Promise<string> {
  const asked = await p.ask('GET', `/v1/tickets/${held.ticket}`)
  return asked.kind === 'reply' ? (JSON.parse(asked.text) as { state: string }).state : asked.why
}

/** In the page of another port: whatever a script there can send. */
async function tryToConfirm({ origin, ticket }: { origin: string; ticket: string }): Promise<string> {
  const at = `${origin}/api/waiting/${ticket}`
  const body = '{"answer":"confirmed"}'
  const tries: readonly RequestInit[] = [
    { method: 'POST', body, credentials: 'include', headers: { 'Content-Type': 'application/json' } },
    { method: 'POST', body, credentials: 'include', mode: 'no-cors' },
    { method: 'GET', credentials: 'include' },
  ]
  for (const how of tries) {
    const reply = await fetch(at, how).catch(() => undefined)
    if (reply !== undefined && reply.type !== 'opaque') return `${how.method} came back with ${reply.status}`
  }
  return 'nothing came back'
}

/** `vitest -u` writes the pictures of the documents. */
async function picture(page: Page, name: string, size: { width: number; height: number }): Promise<void> {
  if (!inject('update')) return
  const usual = page.viewportSize()
  await page.setViewportSize(size)
  await page.screenshot({ path: join(ROOT, 'docs/pictures', `${name}.png`) })
  if (usual !== null) await page.setViewportSize(usual)
}
