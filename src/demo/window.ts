import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { CodedError, reasonOf } from '../core/errors.ts'
import type { Piped } from '../process/piped.ts'
import { HoldPage, Session } from '../wire/desk.ts'
import { drive, type Window } from './browser.ts'
import { type Ask, counted, type Join, must, type Person, read } from './person.ts'

/** Windows that people can be watched in. */
export interface Windows {
  /** Each who joins has a window of his own. */
  readonly join: Join
  /** Closes them, and opens one for one more person, who joins in it and is shown the page. */
  leaveTo(link: string, path: string): Promise<void>
  stop(): Promise<void>
}

/** Opens two; undefined where the browser can't be used. */
export async function openWindows(piped: Piped): Promise<Windows | undefined> {
  const browser = drive(piped)
  try {
    const open = [await browser.open(0), await browser.open(1)]
    const unused = [...open]
    return {
      join: async (link, name) => {
        const window = unused.shift()
        if (window === undefined) throw new CodedError('demo/browser', 'every window has somebody in it')
        return await joinIn(window, link, name)
      },
      leaveTo: async (link, path) => {
        const window = await browser.open(0)
        await joinIn(window, link)
        await window.go(new URL(path, link).href)
        for (const one of open) await one.close()
      },
      stop: browser.stop,
    }
  } catch {
    // People can be scripted as well: a browser that does not start is no reason to stop.
    await browser.stop()
    return undefined
  }
}

const STEP_MS = 50
const PATIENCE_MS = 10_000
/** For whoever watches what is typed. */
const READ_MS = 700

/** A person in a window of his own, who joins by the page's own form and votes by its keys. */
async function joinIn(window: Window, link: string, name?: string): Promise<Person> {
  const { origin } = new URL(link)
  await window.go(link)
  await appears(window, 'form button[type=submit]')
  if (name !== undefined) {
    await window.evaluate("document.querySelector('form input').focus()")
    await window.type(name)
  }
  await submit(window)
  const ask = asking(window)
  const { person } = await until(async () => {
    const session = await must(ask, Session, '/api/session')
    return session.person === undefined ? undefined : session
  })
  const vote: Person['vote'] = async (ticket, decision, reason) => {
    try {
      await window.go(`${origin}/holds/${ticket}`)
      await appears(window, '.ballot button')
      await window.press(decision === 'approve' ? 'a' : 'd')
      await appears(window, '.ballot textarea')
      await window.type(reason)
      await sleep(READ_MS)
      await submit(window)
      return await until(async () => {
        const page = await must(ask, HoldPage, `/api/holds/${ticket}`)
        const said = [...page.approved, ...(page.denied === undefined ? [] : [page.denied])]
        return said.some(({ id }) => id === person?.id) ? counted(page) : undefined
      })
    } catch (error) {
      return { kind: 'refused', why: reasonOf(error) }
    }
  }
  return { id: person?.id ?? '', ask, vote }
}

const Fetched = z.object({ status: z.number(), text: z.string() })

/** In the page's own name, with its session. */
function asking(window: Window): Ask {
  return async (schema, path, body) => {
    const sent =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const asked = `fetch(${JSON.stringify(path)}, ${JSON.stringify(sent)})`
    const { status, text } = Fetched.parse(
      await window.evaluate(`${asked}.then(async (answer) => ({ status: answer.status, text: await answer.text() }))`),
    )
    return read(schema, status, JSON.parse(text))
  }
}

async function submit(window: Window): Promise<void> {
  await window.evaluate("document.querySelector('form button[type=submit]').click()")
}

async function appears(window: Window, selector: string): Promise<void> {
  const asked = `document.querySelector(${JSON.stringify(selector)}) !== null`
  await until(async () => ((await window.evaluate(asked)) === true ? true : undefined))
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let left = PATIENCE_MS; left > 0; left -= STEP_MS) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(STEP_MS)
  }
  throw new CodedError('demo/browser', 'the page does not show what it should')
}
