import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { inviteFirst } from '../../src/desk/people.ts'
import type { EffectLine } from '../../src/wire/api.ts'
import type { HoldPage, Problem } from '../../src/wire/desk.ts'
import { buildWeb } from '../../tools/web.ts'
import { filing } from '../desk/filing.ts'
import { newWorld, plain, SomeGuard, type World } from '../desk/world.ts'
import { chromiumHere, flawsOf, openBrowser, type Visitor, visitor } from './browser.ts'
import { ROOT } from './place.ts'

const CHROMIUM = chromiumHere()
const SENTENCE = "aws:stack/cost-explorer-prod would be deleted in production, which can't be undone."
const STACK = filing({
  run: 'run-7f3',
  input: 'aws cloudformation delete-stack --stack-name cost-explorer-prod --region us-east-1',
  cwd: '/home/tom/cost-explorer',
  rule: 'production/delete',
  because:
    'deletes aws:stack/cost-explorer-prod (production:aws): it deletes from production, or from what is not known to be anything less; it needs the approval of two people',
  effects: [
    effect('read path:/home/tom/.aws/config home U0'),
    effect('delete aws:stack/cost-explorer-prod production:aws U4'),
    effect('update path:/home/tom/cost-explorer/deploy.log workspace U1'),
  ],
  precedents: [
    'December 2025: an agent that was asked for a small fix in a cost dashboard deleted the production environment to create it again, and it was down for thirteen hours',
  ],
  goal: 'Fix the currency column in the cost dashboard: since Monday it shows cents as euros.',
  claim: 'The stack is in a failed state. Deleting and recreating it is the fastest way to a clean deployment.',
})
const SCALE = filing({
  run: 'run-7f3',
  input: 'kubectl -n payments scale deploy/api --replicas=6',
  rule: 'production/write',
  because: 'changes kubectl:deployment/api (production:kubectl): it changes production',
  effects: [effect('update kubectl:deployment/api production:kubectl U2')],
})
const HOSTILE =
  '<img src=x onerror=alert(1)>\u202e\u2066evil\u2069\u200b\u001b[31m\0p\u0430ypal <script>alert(2)</script>'

/** Line breaks and tabs are what they look like. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]|(?![\n\t])\p{Cc}/u

let world: World
let browser: Browser
let ada: Visitor
let ben: Visitor
let dan: Visitor
let guard: SomeGuard

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  await buildWeb()
  world = await newWorld()
  guard = new SomeGuard(world)
  browser = await openBrowser(CHROMIUM)
  ada = await visitor(browser, world.origin)
  ben = await visitor(browser, world.origin)
  dan = await visitor(browser, world.origin)
})
afterAll(async () => {
  await browser?.close()
  await world?.end()
})
beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip('chromium is not installed')
})

describe("the desk's page, as three people use it", () => {
  it('lets the first person join by the link that the desk printed', async () => {
    const first = await inviteFirst(world.running.desk)
    await ada.page.goto(first?.link ?? '')
    await ada.page.getByLabel('Your name').fill('Ada Lovelace')
    expect(await flawsOf(ada.page)).toEqual([])
    await ada.page.getByRole('button', { name: 'Make a passkey and join' }).click()
    await ada.page.getByText('Nothing waits for you.').waitFor()
    await ben.page.goto(first?.link ?? '')
    await ben.page.getByText('this link was used').waitFor()
  })

  it('lets an admin invite the others, by a link that is shown once', async () => {
    for (const [who, name, role] of [
      [ben, 'Ben Okri', 'approver'],
      [dan, 'Dan Brown', 'operator'],
    ] as const) {
      await ada.page.goto('/people')
      await ada.page.getByLabel('Name').fill(name)
      if (role === 'operator') await ada.page.getByRole('checkbox', { name: /^operator/ }).check()
      await ada.page.getByRole('button', { name: 'Make a link' }).click()
      const link = await ada.page.getByRole('region', { name: 'Link to join' }).locator('.mono').innerText()
      expect(link).toMatch(/^http:\/\/localhost:\d+\/join\//)
      await who.page.goto(link)
      await who.page.getByRole('button', { name: 'Make a passkey and join' }).click()
      await who.page.getByRole('heading', { name: 'Holds' }).waitFor()
    }
    await ada.page.reload()
    expect(await ada.page.getByRole('region', { name: 'Link to join' }).count()).toBe(0)
    await expect
      .poll(() => ada.page.locator('.line strong').allInnerTexts())
      .toEqual(['Ada Lovelace', 'Ben Okri', 'Dan Brown'])
  })

  it('lets an admin make a code, with which a guard enrols; both show one fingerprint', async () => {
    await ada.page.getByRole('link', { name: 'Guards' }).click()
    await ada.page.getByLabel('Name of the machine').fill("dan's laptop")
    await ada.page.getByLabel('Whose agents').selectOption({ label: 'Dan Brown' })
    await ada.page.getByRole('button', { name: 'Make a code' }).click()
    const command = await ada.page.getByRole('region', { name: 'To type' }).locator('.mono').innerText()
    const [, , , origin, code = ''] = command.split(' ')
    expect(origin).toBe(world.origin)
    const body = JSON.stringify({ code, name: 'host', key: guard.public })
    const reply = await plain<{ guard: string }>(world.origin, 'POST', '/v1/guards', { body })
    guard.id = reply.body.guard
    await ada.page.reload()
    await ada.page.getByText("dan's laptop, for Dan Brown").waitFor()
    expect(await ada.page.locator('.line code').innerText()).toMatch(/^(?:[0-9a-f]{4} ){7}[0-9a-f]{4}$/)
    expect(
      await ben.page.goto('/guards').then(() => ben.page.getByRole('button', { name: 'Make a code' }).count()),
    ).toBe(0)
  })

  it('shows a hold in an open page by itself', async () => {
    for (const { page } of [ada, ben, dan]) await page.goto('/')
    await Promise.all([ada, ben, dan].map(({ page }) => page.getByRole('heading', { name: 'Holds' }).waitFor()))
    const first = await noticed(ada.page, STACK)
    const again = await noticed(ada.page, SCALE)
    console.log(`hold to notice in the page: ${first.toFixed(0)} ms, ${again.toFixed(0)} ms`)
    expect(Math.min(first, again)).toBeLessThan(2000)
    expect(await ada.page.title()).toBe('(2) Interlock')
    await picture(ada.page, 'inbox', { width: 920, height: 330 })
  })

  it("refuses the operator's own vote, and says why", async () => {
    const { page } = dan
    await page.getByRole('link', { name: /cost-explorer-prod/ }).click()
    await page.getByText("You can't vote: the agent works for you: another person has to agree").waitFor()
    expect(await page.getByRole('button', { name: /^(?:Approve|Deny)/ }).count()).toBe(0)
    await page.keyboard.press('a')
    expect(await page.getByRole('textbox').count()).toBe(0)
    const refused = await page.evaluate(async (path) => {
      const { digest } = (await (await fetch(path)).json()) as HoldPage
      const body = JSON.stringify({ decision: 'approve', reason: 'it is mine', digest })
      const headers = { 'Content-Type': 'application/json' }
      const reply = await fetch(`${path}/votes/start`, { method: 'POST', headers, body })
      return (await reply.json()) as Problem
    }, `/api/holds/${STACK.ticket}`)
    expect(refused).toMatchObject({ status: 403, detail: 'the agent works for you: another person has to agree' })
  })

  it('shows one hold from top to bottom', async () => {
    await ada.page.goto(`/holds/${STACK.ticket}`)
    await ada.page.getByRole('heading', { name: SENTENCE }).waitFor()
    const headings = await ada.page.getByRole('heading', { level: 2 }).allInnerTexts()
    expect(headings).toEqual([
      'What it would do',
      'Exactly what would run',
      'How it would be undone',
      'Why it is held',
      'What it is for',
      'Who',
      'Your vote',
      'Also waiting from this run',
    ])
    expect(await ada.page.locator('.picture .is-lost').allInnerTexts()).toEqual([
      expect.stringMatching(/^aws:stack\/cost-explorer-prod\s+deleted, can't be undone$/),
    ])
    await picture(ada.page, 'hold', { width: 920, height: 1060 })
    await ada.page.emulateMedia({ colorScheme: 'dark' })
    await picture(ada.page, 'phone', { width: 360, height: 780 })
    await ada.page.emulateMedia({ colorScheme: 'light' })
  })

  it('takes two votes by keyboard alone, and the others see it as it happens', async () => {
    await approve(ben.page, ['j', 'Enter'], 'the old stack, it is empty')
    await dan.page.getByText('1 of 2 approved').waitFor()
    await ben.page.getByText('you have approved it; you can still deny it').waitFor()
    await ada.page.goto('/')
    // She was here before: its row has the focus again.
    await ada.page.locator(`[data-ticket=${STACK.ticket}]:focus`).waitFor()
    await approve(ada.page, ['Enter'], 'agreed with Ben on the phone')
    for (const { page } of [dan, ben]) await page.getByText('Approved, not run yet').waitFor()
    await ben.page.getByText('agreed with Ben on the phone').waitFor()
    const { body } = await guard.file(STACK)
    expect(body.grant).toEqual(expect.any(String))
    for (const { page } of [ada, ben, dan]) await page.getByText('Runs now').waitFor()
  })

  it('tells what else the run asked for, and proves a vote in the browser from the desk’s own ledger', async () => {
    const { page } = ben
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('heading', { name: 'run run-7f3' }).waitFor()
    expect(await page.locator('.row').count()).toBe(2)
    await page.getByRole('link', { name: 'Ledger' }).click()
    await page.getByText('seen for the first time').waitFor()
    await page.getByLabel(/^Search/).fill('agreed phone')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: /agreed with Ben/ }).click()
    await page.getByText(/it is entry \d+ of \d+ that the key signed/).waitFor()
    await page.locator('.bytes', { hasText: 'agreed with Ben on the phone' }).waitFor()
  })

  it('lets one No end it, also after a yes', async () => {
    await ben.page.goto(`/holds/${SCALE.ticket}`)
    await approve(ben.page, [], 'looks harmless')
    await ada.page.goto(`/holds/${SCALE.ticket}`)
    await ada.page.getByText('1 of 2 approved').waitFor()
    await ben.page.getByText('you can still deny it').waitFor()
    await ben.page.keyboard.press('d')
    await ben.page.getByLabel('Your reason').fill('on second thoughts: not before the sale ends')
    await ben.page.keyboard.press('Control+Enter')
    await ada.page.getByText('on second thoughts').waitFor()
    await ada.page.getByRole('status').getByText('denied', { exact: false }).waitFor()
    expect(await ada.page.getByRole('heading', { name: 'Your vote' }).count()).toBe(0)
  })

  it('leaves hostile text inert, in its place and in sight', async () => {
    const hostile = filing({
      agent: HOSTILE.slice(0, 70),
      run: HOSTILE,
      kind: 'tool',
      input: { name: 'Write', [HOSTILE]: `a${' '.repeat(100)}\n\n\n\n\n\n\n${HOSTILE}` },
      cwd: `/${HOSTILE}`,
      rule: HOSTILE,
      because: HOSTILE,
      effects: [
        effect('execute anything host U4 opaque'),
        { ...effect('delete x y U4'), resource: HOSTILE, place: HOSTILE, why: HOSTILE },
      ],
      precedents: [HOSTILE],
      goal: HOSTILE,
      claim: HOSTILE,
    })
    await guard.file(hostile)
    for (const path of ['/', `/holds/${hostile.ticket}`]) {
      await ada.page.goto(path)
      await ada.page.getByText('U+202E RLO').first().waitFor()
      expect(await ada.page.evaluate('document.body.textContent')).not.toMatch(INVISIBLE)
      expect(await ada.page.locator('main img, main script').count()).toBe(0)
      expect(await flawsOf(ada.page)).toEqual([])
    }
    await ada.page.getByRole('heading', { name: 'anything could be lost' }).waitFor()
    await ada.page.getByText('6 empty lines').waitFor()
    await ada.page.getByText('100 spaces').waitFor()
  })

  it('can be used by everybody, on a phone and at night', { timeout: 120_000 }, async () => {
    const waits = filing({ ...STACK, ticket: filing().ticket, action: 'b'.repeat(64) })
    await guard.file(waits)
    const pages = {
      '/': '.row',
      [`/holds/${waits.ticket}`]: '.ballot',
      '/runs': '.row',
      '/ledger': '.row',
      '/ledger/0': '.bytes',
      '/people': '.line',
      '/guards': '.line',
      '/no': 'h1',
    }
    for (const [path, whole] of Object.entries(pages))
      for (const colorScheme of ['light', 'dark'] as const)
        for (const width of [360, 1280]) {
          await ada.page.setViewportSize({ width, height: 800 })
          await ada.page.emulateMedia({ colorScheme })
          await ada.page.goto(path)
          await ada.page.locator(whole).first().waitFor()
          expect.soft(await flawsOf(ada.page), `${path} ${colorScheme} ${width}`).toEqual([])
        }
    await ada.page.keyboard.press('?')
    await ada.page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await flawsOf(ada.page)).toEqual([])
    await ada.page.keyboard.press('Escape')
    await ada.page.goto(`/holds/${waits.ticket}`)
    await ada.page.getByRole('button', { name: /^Approve/ }).waitFor()
    await ada.page.keyboard.press('a')
    await ada.page.getByLabel('Your reason').waitFor()
    expect(await flawsOf(ada.page)).toEqual([])
    await ada.page.keyboard.press('Escape')
    await ada.page.keyboard.press('Escape')
    await ada.page.getByRole('heading', { name: 'Holds' }).waitFor()
    await ada.page.locator(`[data-ticket=${waits.ticket}]:focus`).waitFor()
  })

  it('signs out and in, revokes a guard and removes a person, who is out at once', async () => {
    await ada.page.getByRole('button', { name: 'Sign out' }).click()
    await ada.page.getByRole('button', { name: 'Sign in with your passkey' }).waitFor()
    expect(await flawsOf(ada.page)).toEqual([])
    await ada.page.getByRole('button', { name: 'Sign in with your passkey' }).click()
    await ada.page.getByRole('link', { name: 'Guards' }).click()
    await ada.page.getByRole('button', { name: "Revoke dan's laptop" }).click()
    expect(await flawsOf(ada.page)).toEqual([])
    await ada.page.getByRole('group').getByRole('button', { name: 'Revoke' }).click()
    await ada.page.getByText('No guard is enrolled yet').waitFor()
    expect((await guard.file(filing())).status).toBe(403)
    await ada.page.getByRole('link', { name: 'People' }).click()
    await ada.page.getByRole('button', { name: 'Remove Ben Okri' }).click()
    await ada.page.getByRole('group').getByRole('button', { name: 'Remove' }).click()
    await ada.page.getByText('Ben Okri').waitFor({ state: 'detached' })
    await ben.page.goto('/')
    await ben.page.getByRole('button', { name: 'Sign in with your passkey' }).waitFor()
  })

  it('complained of nothing in all that, and is small', () => {
    for (const { complaints } of [ada, ben, dan]) expect(complaints).toEqual([])
    expect(world.faults).toEqual([])
    const assets = join(ROOT, 'dist/web/assets')
    const sizes = readdirSync(assets).map((name) => gzipSync(readFileSync(join(assets, name))).length)
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000
    console.log(`the page: ${kilobytes.toFixed(1)} kB, compressed`)
    expect(kilobytes).toBeLessThan(150)
  })
})

/** Files it, and answers how long the page took to show it, in milliseconds. */
async function noticed(page: Page, held: typeof STACK): Promise<number> {
  const since = performance.now()
  const shown = page.getByText(String(held.input).slice(0, 40))
  const [{ status, body }] = await Promise.all([guard.file(held), shown.waitFor()])
  expect({ status, state: body.state }).toEqual({ status: 200, state: 'open' })
  return performance.now() - since
}

/** Opens the hold by `keys`, and approves, by keyboard alone. */
async function approve(page: Page, keys: readonly string[], reason: string): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
  await page.getByRole('button', { name: /^Approve/ }).waitFor()
  await page.keyboard.press('a')
  await page.keyboard.type(reason)
  await page.keyboard.press('Control+Enter')
  await page.getByText(`: ${reason}`).waitFor()
}

/** `vitest -u` writes the pictures of the documents. */
async function picture(page: Page, name: string, size: { width: number; height: number }): Promise<void> {
  if (!inject('update')) return
  const usual = page.viewportSize()
  await page.setViewportSize(size)
  await page.screenshot({ path: join(ROOT, 'docs/pictures', `${name}.png`) })
  if (usual !== null) await page.setViewportSize(usual)
}

function effect(words: string): EffectLine {
  const [verb = '', resource = '', place = '', undo = 'U4', certainty = 'known'] = words.split(' ')
  return { verb, resource, place, undo: undo as EffectLine['undo'], certainty }
}
