import type { OutsideStart } from '../src/wire/desk.ts'
import { desk } from './api.ts'
import { JOINING } from './route.ts'

/** To the identity provider, which sends the browser back. */
export async function goOutside(asked: OutsideStart): Promise<void> {
  if (asked.code !== undefined) sessionStorage.setItem(JOINING, asked.code)
  const { url } = await desk.outside(asked)
  location.assign(url)
}
