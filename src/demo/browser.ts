import * as z from 'zod'
import { CodedError } from '../core/errors.ts'
import type { Piped } from '../process/piped.ts'

const Message = z.looseObject({
  id: z.number().optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
})
const Evaluated = z.looseObject({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z.looseObject({ text: z.string() }).optional(),
})

/** A window of a browser, in a profile of its own, with a passkey in it. */
export interface Window {
  go(url: string): Promise<void>
  /** What the expression comes to in the page; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>
  press(key: string): Promise<void>
  type(text: string): Promise<void>
  close(): Promise<void>
}

export interface Browser {
  /** `place`: the how manieth from the left. */
  open(place: number): Promise<Window>
  stop(): Promise<void>
}

const PATIENCE_MS = 15_000
const [WIDTH, HEIGHT] = [760, 900]

/** Speaks the protocol that developer tools speak, over a pipe that nobody else has. */
export function drive(piped: Piped): Browser {
  let last = 0
  const waiting = new Map<number, { done(result: object): void; failed(error: Error): void }>()
  const lost = (what: string): Error => new CodedError('demo/browser', `the browser ${what}`)
  piped.listen((text) => {
    const { id = 0, result = {}, error } = Message.parse(JSON.parse(text))
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.done(result)
    else asked?.failed(lost(`refused: ${error.message}`))
  })
  let isOver = false
  void piped.ended.then(() => {
    isOver = true
    for (const { failed } of waiting.values()) failed(lost('was closed'))
  })
  const call = (method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      if (isOver) return reject(lost('was closed'))
      last += 1
      const id = last
      const timer = setTimeout(() => reject(lost(`does not answer to ${method}`)), PATIENCE_MS)
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer)
          waiting.delete(id)
          then(value)
        }
      waiting.set(id, { done: settle((result) => resolve(result as Record<string, unknown>)), failed: settle(reject) })
      piped.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
    })
  return { open: (place) => openWindow(call, place), stop: piped.stop }
}

/** A passkey of the browser's own, whose person is always there and proves it. */
export const VIRTUAL_PASSKEY = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

type Call = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>

async function openWindow(call: Call, place: number): Promise<Window> {
  const { browserContextId } = await call('Target.createBrowserContext')
  const at = { left: place * WIDTH, top: 0, width: WIDTH, height: HEIGHT }
  const target = { url: 'about:blank', browserContextId, newWindow: true, ...at }
  const { targetId } = await call('Target.createTarget', target)
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true })
  const here = (method: string, params: object = {}): ReturnType<Call> => call(method, params, String(sessionId))
  await here('WebAuthn.enable')
  await here('WebAuthn.addVirtualAuthenticator', { options: VIRTUAL_PASSKEY })
  return {
    go: async (url) => void (await here('Page.navigate', { url })),
    evaluate: async (expression) => {
      const asked = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = Evaluated.parse(await here('Runtime.evaluate', asked))
      if (exceptionDetails !== undefined) throw new CodedError('demo/browser', exceptionDetails.text)
      return result.value
    },
    press: async (key) => {
      for (const type of ['keyDown', 'keyUp']) await here('Input.dispatchKeyEvent', { type, key, text: key })
    },
    type: async (text) => void (await here('Input.insertText', { text })),
    close: async () => void (await call('Target.disposeBrowserContext', { browserContextId })),
  }
}
