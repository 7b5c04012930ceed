import { useEffect, useRef, useState } from 'preact/hooks'
import { SIGNED_OUT } from './ask.ts'

/** What the server tells by itself: that something changed, and again whenever the connection is back. */
export interface Live {
  /** False while the connection is lost: what the page shows may be old. */
  readonly connected: boolean
}

const CHANGED = 'changed'

export function useLive(on: boolean): Live {
  const [connected, setConnected] = useState(true)
  useEffect(() => {
    if (!on) return undefined
    let source: EventSource
    let again: ReturnType<typeof setTimeout>
    const open = (): void => {
      source = new EventSource('/api/events')
      source.onopen = () => {
        setConnected(true)
        window.dispatchEvent(new Event(CHANGED))
      }
      source.onerror = () => {
        setConnected(false)
        // A refusal ends it for good; the next request tells whether the session is over.
        if (source.readyState !== EventSource.CLOSED) return
        window.dispatchEvent(new Event(CHANGED))
        again = setTimeout(open, 3000)
      }
      // The desk's are named; the guard's are not.
      const onChange = (): void => void window.dispatchEvent(new Event(CHANGED))
      source.addEventListener('hold', onChange)
      source.onmessage = onChange
    }
    open()
    return () => {
      clearTimeout(again)
      source.close()
    }
  }, [on])
  return { connected }
}

export interface Loaded<T> {
  readonly data: T | undefined
  readonly error: Error | undefined
  set(data: T): void
}

/** Loads, and again at each change; never two at a time, and never an older answer over a newer. */
export function useLoaded<T>(load: () => Promise<T>, key: string): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error }>({ key })
  const newest = useRef(0)
  useEffect(() => {
    let over = false
    let busy = false
    let stale = false
    const run = async (): Promise<void> => {
      stale = busy
      if (busy || over) return
      busy = true
      const mine = ++newest.current
      const got = await load().then(
        (data) => ({ key, data }),
        (error: Error) => ({ key, error }),
      )
      busy = false
      if (over) return
      if (mine === newest.current) setState((old) => ('error' in got && old.key === key ? { ...old, ...got } : got))
      if (stale) void run()
    }
    const onChange = (): void => void run()
    void run()
    window.addEventListener(CHANGED, onChange)
    return () => {
      over = true
      window.removeEventListener(CHANGED, onChange)
    }
  }, [key])
  const current = state.key === key ? state : { key }
  return {
    data: current.data,
    error: current.error,
    set: (data) => {
      newest.current += 1
      setState({ key, data })
    },
  }
}

/** The time, each half minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

export function useSignedOut(then: () => void): void {
  useEffect(() => {
    window.addEventListener(SIGNED_OUT, then)
    return () => window.removeEventListener(SIGNED_OUT, then)
  }, [then])
}
