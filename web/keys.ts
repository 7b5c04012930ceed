import { useLayoutEffect } from 'preact/hooks'

export type KeyHelp = readonly (readonly [key: string, does: string])[]

/** What the desk's help lists, and each page listens to where it applies. */
export const KEYS: KeyHelp = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['a', 'approve: asks for your reason, then for your passkey'],
  ['d', 'deny: likewise'],
  ['Esc', 'back'],
  ['?', 'this help'],
]

/** Single keys, while nobody types into a field and no dialog is open. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  // Before the next key comes, whatever this one changed.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
      const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
      if (action === undefined || document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, select') !== null
}

/** Moves the focus along the rows of a page; each row's own link or button carries `data-row`. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.findIndex((row) => row.matches(':focus'))
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)
  rows[next]?.focus()
}
