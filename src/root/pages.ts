import type { RequestListener } from 'node:http'
import { CONSOLE_HOST } from '../wire/console-host.ts'
import type { ConsoleDoor, ConsoleGiven } from './console-door.ts'

/** The console, under its own name on the guard's port. Nothing of it is loaded or answered until somebody asks for a link. */
export interface Pages {
  readonly open: () => Promise<ConsoleDoor>
  readonly isFor: (host: string | undefined) => boolean
  readonly answer: RequestListener
}

export function pagesOf(given: () => ConsoleGiven): Pages {
  let opened: Promise<ConsoleDoor> | undefined
  const open = (): Promise<ConsoleDoor> => {
    opened ??= import('./console-door.ts')
      .then((door) => door.openConsole(given()))
      .catch((error: unknown) => {
        // Who asks again may have better luck.
        opened = undefined
        throw error
      })
    return opened
  }
  return {
    open,
    isFor: (host) => opened !== undefined && host === `${CONSOLE_HOST}:${given().port}`,
    answer: (request, response) =>
      void open()
        .then(({ answer }) => answer(request, response))
        .catch(() => response.destroy()),
  }
}
