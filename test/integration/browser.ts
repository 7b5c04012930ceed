import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { VIRTUAL_PASSKEY } from '../../src/demo/browser.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The system's own; undefined where it has none. */
export function chromiumHere(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path))
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, headless: true })
}

export interface Visitor {
  readonly page: Page
  /** What the page complained of: errors, and what its own policy forbade. */
  readonly complaints: string[]
}

/** A person at a browser of his own, with a passkey in the device. */
export async function visitor(browser: Browser, origin: string): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`))
  page.on('console', (message) => {
    // That the desk refuses something is for the page to show.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: VIRTUAL_PASSKEY })
  return { page, complaints }
}

/** What axe finds wrong with the page as it stands, and whether it is wider than the window; none is well. */
export async function flawsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    // In the page, what was just evaluated there.
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
  const wider = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
  return Number(wider) > 0 ? [...found, `${wider} pixels wider than the window`] : found
}
