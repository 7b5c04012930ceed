import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inviteFirst } from '../../src/desk/people.ts'
import { buildWeb } from '../../tools/web.ts'
import { newWorld, type World } from '../desk/world.ts'
import { chromiumHere, flawsOf, openBrowser, type Visitor, visitor } from './browser.ts'

const CHROMIUM = chromiumHere()

let world: World
let browser: Browser
let ada: Visitor
let zoe: Visitor
let ben: Visitor

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  await buildWeb()
  world = await newWorld()
  browser = await openBrowser(CHROMIUM)
  ada = await visitor(browser, world.origin)
  zoe = await visitor(browser, world.origin)
  ben = await visitor(browser, world.origin)
})
afterAll(async () => {
  await browser?.close()
  await world?.end()
})
beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip('chromium is not installed')
})

/** Makes a link and answers with it. */
async function invite(name: string, role: string): Promise<string> {
  await ada.page.goto('/people')
  await ada.page.getByLabel('Name').fill(name)
  const form = ada.page.getByRole('region', { name: 'Invite somebody' })
  if (role !== 'approver') await form.getByRole('checkbox', { name: new RegExp(`^${role}`) }).check()
  await form.getByRole('button', { name: 'Make a link' }).click()
  return await ada.page.getByRole('region', { name: 'Link to join' }).locator('.mono').innerText()
}

describe('the people of a desk, with two admins', () => {
  it('starts with one admin, who lets the second in alone, and it says so', async () => {
    const first = await inviteFirst(world.running.desk)
    await ada.page.goto(first?.link ?? '')
    await ada.page.getByLabel('Your name').fill('Ada Lovelace')
    await ada.page.getByRole('button', { name: 'Make a passkey and join' }).click()
    await ada.page.getByText('Nothing waits for you.').waitFor()
    await zoe.page.goto(await invite('Zoe Nilsson', 'admin'))
    await zoe.page.getByRole('button', { name: 'Make a passkey and join' }).click()
    await zoe.page.getByRole('heading', { name: 'Holds' }).waitFor()
    await zoe.page.goto('/people')
    await zoe.page.getByText('approver, admin, by one admin').first().waitFor()
    await zoe.page.getByText('takes two signatures').waitFor()
  })

  it('lets an approver in when both have signed, and not before', async () => {
    const form = ada.page.getByRole('region', { name: 'Invite somebody' })
    await ada.page.goto('/people')
    await form.getByLabel('Seniority').selectOption('senior')
    await form.getByLabel('Teams').fill('payments web')
    await form.getByLabel('Name').fill('Ben Okri')
    await form.getByRole('button', { name: 'Make a link' }).click()
    const link = await ada.page.getByRole('region', { name: 'Link to join' }).locator('.mono').innerText()
    await ben.page.goto(link)
    await ben.page.getByText('This link does not work yet').waitFor()
    expect(await ben.page.getByRole('button').count()).toBe(0)
    const what = 'Invite Ben Okri as approver; senior, of payments, web'
    await ada.page.getByRole('button', { name: `Sign with your passkey: ${what}` }).click()
    await ada.page.getByText('signed by Ada Lovelace').waitFor()
    await ben.page.reload()
    await ben.page.getByText('This link does not work yet').waitFor()
    await zoe.page.goto('/people')
    // By keyboard: the first thing that waits is the first row.
    await zoe.page.getByText(what).waitFor()
    await zoe.page.keyboard.press('j')
    await zoe.page.keyboard.press('Enter')
    await zoe.page.getByText('its link works').waitFor()
    await ben.page.reload()
    await ben.page.getByText('senior, of payments, web').waitFor()
    await ben.page.getByRole('button', { name: 'Make a passkey and join' }).click()
    await ben.page.getByRole('heading', { name: 'Holds' }).waitFor()
    await zoe.page.reload()
    await zoe.page.getByText('approver; senior, of payments, web').waitFor()
    expect(await zoe.page.getByText('Waits for two to sign').count()).toBe(0)
  })

  it('gives a new passkey for the same person by a link that two sign', async () => {
    const lost = await visitor(browser, world.origin)
    await ada.page.reload()
    await ada.page.getByRole('button', { name: 'Change Ben Okri' }).click()
    await ada.page.getByRole('button', { name: 'Make a link for a new passkey' }).click()
    const link = await ada.page.getByRole('region', { name: 'Link for a new passkey' }).locator('.mono').innerText()
    for (const { page } of [ada, zoe]) {
      await page.goto('/people')
      await page.getByRole('button', { name: 'Sign with your passkey: A new passkey for Ben Okri' }).click()
      await page.getByText(/signed by .*(?:Ada|Zoe)/).waitFor()
    }
    await lost.page.goto(link)
    await lost.page.getByText('You get a new passkey as Ben Okri').waitFor()
    await lost.page.getByRole('button', { name: 'Make a new passkey' }).click()
    await lost.page.getByRole('heading', { name: 'Holds' }).waitFor()
    await ben.page.goto('/')
    await ben.page.getByRole('button', { name: 'Sign in with your passkey' }).click()
    await ben.page.getByText('nobody is enrolled here with this passkey').waitFor()
  })

  it('can be used by everybody, on a phone and at night', { timeout: 120_000 }, async () => {
    await invite('Cho Min', 'approver')
    await zoe.page.goto('/people')
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 1280]) {
        await zoe.page.setViewportSize({ width, height: 900 })
        await zoe.page.emulateMedia({ colorScheme })
        await zoe.page.goto('/people')
        await zoe.page.getByRole('button', { name: 'Change Ben Okri' }).click()
        await zoe.page.getByText('Link the accounts').waitFor()
        expect.soft(await flawsOf(zoe.page), `${colorScheme} ${width}`).toEqual([])
      }
  })

  it('complained of nothing in all that', () => {
    for (const { complaints } of [ada, zoe, ben]) expect(complaints).toEqual([])
    expect(world.faults).toEqual([])
  })
})
