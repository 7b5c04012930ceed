import { useEffect, useState } from 'preact/hooks'

export type Route =
  | { readonly page: 'holds' | 'runs' | 'ledger' | 'people' | 'guards' | 'not-signed-in' }
  | { readonly page: 'hold'; readonly ticket: string }
  | { readonly page: 'entry'; readonly index: number }
  | { readonly page: 'join'; readonly code: string }
  | { readonly page: 'nowhere' }

/** Where the code of a link is kept while its holder signs in elsewhere. */
export const JOINING = 'joining'

function routeOf(path: string): Route {
  const [first = '', second, third] = partsOfPath(path)
  if (third !== undefined) return { page: 'nowhere' }
  if (first === 'holds' && second) return { page: 'hold', ticket: second }
  if (first === 'ledger' && second && /^\d+$/.test(second)) return { page: 'entry', index: Number(second) }
  if (first === 'join' && second) return { page: 'join', code: second }
  if (second) return { page: 'nowhere' }
  // Back from the identity provider: the code was kept from it.
  if (first === 'join') return { page: 'join', code: sessionStorage.getItem(JOINING) ?? '' }
  if (first === 'not-signed-in') return { page: first }
  if (first === '' || first === 'holds') return { page: 'holds' }
  return first === 'runs' || first === 'ledger' || first === 'people' || first === 'guards'
    ? { page: first }
    : { page: 'nowhere' }
}

/** What stands between the slashes, decoded. */
export function partsOfPath(path: string): readonly string[] {
  return path.split('/').slice(1).map(decode)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

export function go(path: string): void {
  if (path === location.pathname) return
  history.pushState(null, '', path)
  window.dispatchEvent(new Event('popstate'))
}

export function useRoute(): { readonly path: string; readonly route: Route } {
  const path = usePath()
  return { path, route: routeOf(path) }
}

/** Links of this page change the address without loading it anew. */
export function usePath(): string {
  const [path, setPath] = useState(location.pathname)
  useEffect(() => {
    const onPop = (): void => setPath(location.pathname)
    const onClick = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0
      if (link === null || modified || event.defaultPrevented || link.origin !== location.origin) return
      if (link.target !== '' || link.hash !== '') return
      event.preventDefault()
      go(link.pathname)
    }
    window.addEventListener('popstate', onPop)
    document.addEventListener('click', onClick)
    return () => {
      window.removeEventListener('popstate', onPop)
      document.removeEventListener('click', onClick)
    }
  }, [])
  return path
}
