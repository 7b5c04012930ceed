import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { OneTime } from '../../src/wire/desk.ts'
import { buildWeb } from '../../tools/web.ts'
import { CLIENT, identityProvider } from '../desk/identity-provider.ts'
import { firstPerson, freePort, newWorld, type World } from '../desk/world.ts'
import { chromiumHere, flawsOf, openBrowser, type Visitor, visitor } from './browser.ts'

const CHROMIUM = chromiumHere()

let world: World
let provider: { end(): Promise<void> }
let browser: Browser
let ben: Visitor
let link: string
let host: string
beforeAll(async () => {
  if (CHROMIUM === undefined) return
  await buildWeb()
  host = `localhost:${await freePort()}`
  const settings = `oidc: { issuer: 'http://${host}', client: ${CLIENT.id}, secret: client.secret }`
  world = await newWorld({ 'desk.yaml': settings, 'client.secret': CLIENT.secret })
  provider = await identityProvider(Number(host.split(':')[1]), world.origin)
  const ada = await firstPerson(world)
  const asked = { name: 'Ben', roles: ['approver'], email: 'ben@example.org' }
  link = (await ada.send<OneTime>('POST', '/api/people/invitations', asked)).body.link
  browser = await openBrowser(CHROMIUM)
  ben = await visitor(browser, world.origin)
})
afterAll(async () => {
  await browser?.close()
  await world?.end()
  await provider?.end()
})
beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip('chromium is not installed')
})

async function signInThere(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.getByRole('button').click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

it('joins and signs in with the organisation, in a browser', async () => {
  const { page, complaints } = ben
  await page.goto(link)
  await page.getByText('This link is for ben@example.org').waitFor()
  expect(await flawsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Sign in with your organisation' }).click()
  await signInThere(page, 'ben')
  await page.getByText('You join as Ben').waitFor()
  await page.getByRole('button', { name: 'Make a passkey and join' }).click()
  await page.getByRole('heading', { name: 'Holds' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: `Sign in with ${host}` }).waitFor()
  expect(await flawsOf(page)).toEqual([])
  await page.getByRole('button', { name: `Sign in with ${host}` }).click()
  await page.getByRole('heading', { name: 'Holds' }).waitFor()
  await page.getByText('Ben', { exact: true }).waitFor()
  expect(complaints).toEqual([])
})

it('says so where nobody is enrolled who joined with that account', async () => {
  const eve = await visitor(browser, world.origin)
  await eve.page.goto('/')
  await eve.page.getByRole('button', { name: `Sign in with ${host}` }).click()
  await signInThere(eve.page, 'eve')
  await eve.page.getByText('You could not be signed in that way').waitFor()
  expect(await flawsOf(eve.page)).toEqual([])
})
