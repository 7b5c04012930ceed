import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Env = Readonly<Record<string, string | undefined>>

/** Where this user's Interlock keeps its state and what a person wrote for it. */
export interface Folders {
  readonly state: string
  readonly config: string
  readonly home: string
}

export function foldersOf(env: Env): Folders {
  const home = env.HOME || '/'
  return {
    home,
    state: env.INTERLOCK_HOME || join(env.XDG_STATE_HOME || join(home, '.local/state'), 'interlock'),
    config: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'interlock'),
  }
}

/** Where this user's desk keeps its own; nothing there is any agent's to touch. */
export function deskFoldersOf(env: Env): Omit<Folders, 'home'> {
  const home = env.HOME || '/'
  return {
    state: env.INTERLOCK_DESK_HOME || join(env.XDG_STATE_HOME || join(home, '.local/state'), 'interlock-desk'),
    config: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'interlock-desk'),
  }
}

/** The clone or the installed package that this code is part of. */
export const PACKAGE: string = packageAbove(dirname(fileURLToPath(import.meta.url)))

function packageAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === '/' ? folder : packageAbove(dirname(folder))
}

export const LAUNCHER: string = join(PACKAGE, 'bin/interlock')

export function socketIn(state: string): string {
  return join(state, 'guard.sock')
}

/** The operator's passkey, where he has enrolled one. */
export function passkeyPath(state: string): string {
  return join(state, 'passkey.json')
}

/** Where clients find the guard; written when it starts. */
export interface Address {
  readonly socket: string
  readonly port: number
  readonly token: string
  readonly pid: number
}

/** Undefined where there is none, or what is there is none. */
export function readAddress(state: string): Address | undefined {
  const path = join(state, 'guard.json')
  if (!existsSync(path)) return undefined
  try {
    const { socket, port, token, pid } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Address>
    const whole =
      typeof socket === 'string' && typeof port === 'number' && typeof token === 'string' && typeof pid === 'number'
    return whole ? { socket, port, token, pid } : undefined
  } catch {
    return undefined // cut off, or not ours: the next guard writes it anew
  }
}
