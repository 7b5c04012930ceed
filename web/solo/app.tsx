import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleSession } from '../../src/wire/console.ts'
import { Wrong } from '../components/act.tsx'
import { Frame } from '../components/frame.tsx'
import { Tab } from '../components/tab.tsx'
import type { KeyHelp } from '../keys.ts'
import { useLoaded, useSignedOut } from '../live.ts'
import { LedgerEntryView, LedgerView } from '../pages/ledger.tsx'
import { whyNot } from '../passkey.ts'
import { partsOfPath, usePath } from '../route.ts'
import { guard, ledger } from './api.ts'
import { RunView } from './pages/run.tsx'
import { RunsPage } from './pages/runs.tsx'
import { SystemsPage } from './pages/systems.tsx'
import { WaitingPage } from './pages/waiting.tsx'
import { WaitingView } from './pages/waiting-call.tsx'

const SOLO_KEYS: KeyHelp = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  ['a', 'let it run once: asks again'],
  ['d', 'refuse: likewise'],
  ['u', 'undo: shows first what would come back'],
  ['Esc', 'back'],
  ['?', 'this help'],
]

type State =
  | { readonly kind: 'asking' }
  | { readonly kind: 'shut'; readonly why: string }
  | { readonly kind: 'open'; readonly session: ConsoleSession }

/** The console of a guard, for its operator alone. */
export function Solo() {
  const path = usePath()
  const [state, setState] = useState<State>({ kind: 'asking' })
  useSignedOut(useCallback(() => setState((old) => ({ kind: 'shut', why: old.kind === 'open' ? OVER : '' })), []))
  useEffect(() => {
    enter().then(
      (session) => setState({ kind: 'open', session }),
      (error: unknown) => setState({ kind: 'shut', why: whyNot(error) }),
    )
  }, [])
  const main = useRef<HTMLElement>(null)
  // A new page is read from its top.
  useEffect(() => {
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [path, state.kind])
  if (state.kind !== 'open')
    return (
      <main ref={main} tabIndex={-1} class="alone">
        {state.kind === 'shut' && <Shut why={state.why} />}
      </main>
    )
  return (
    <Console session={state.session} path={path} mainRef={main} onClosed={() => setState({ kind: 'shut', why: '' })} />
  )
}

const OVER = 'It was open, and is no more: the guard was started anew, or this browser was.'

/** By the link's code, which is taken out of the address at once; or by what this browser has. */
async function enter(): Promise<ConsoleSession> {
  const code = location.pathname === '/open' ? location.hash.slice(1) : ''
  if (code === '') return await guard.session()
  history.replaceState(null, '', '/')
  window.dispatchEvent(new Event('popstate'))
  return await guard.open(code)
}

function Shut({ why }: { readonly why: string }) {
  return (
    <>
      <h1>Interlock console</h1>
      <p>
        Type <code>interlock console</code> in a terminal of your own: it prints a link that opens this page, once.
      </p>
      <Wrong of={why} />
      <p class="muted">
        Nobody signs in here. Who has your terminal may open it, and only the browser that used the link can go on.
      </p>
    </>
  )
}

interface ConsoleProps {
  readonly session: ConsoleSession
  readonly path: string
  readonly mainRef: { current: HTMLElement | null }
  onClosed(): void
}

function Console({ session, path, mainRef, onClosed }: ConsoleProps) {
  const { data } = useLoaded(guard.session, 'session')
  const close = (): void => void guard.close().then(onClosed, onClosed)
  const [first = ''] = partsOfPath(path)
  const { stopped } = data ?? session
  const tabs = (
    <>
      <Tab to="/" name="Waiting" on={first === '' || first === 'waiting'} />
      <Tab to="/runs" name="Runs" on={first === 'runs'} />
      <Tab to="/ledger" name="Ledger" on={first === 'ledger'} />
      <Tab to="/systems" name="Systems" on={first === 'systems'} />
    </>
  )
  const end = (
    <>
      {stopped !== undefined && <strong>everything is stopped</strong>}
      <button type="button" class="quiet" onClick={close}>
        Close
      </button>
    </>
  )
  return (
    <Frame tabs={tabs} end={end} keys={SOLO_KEYS} mainRef={mainRef}>
      <Page path={path} />
    </Frame>
  )
}

function Page({ path }: { readonly path: string }) {
  const [first, second, third] = partsOfPath(path)
  if (third === undefined) {
    if (first === '') return <WaitingPage />
    if (first === 'waiting' && second) return <WaitingView key={second} ticket={second} />
    if (first === 'runs') return second ? <RunView key={second} run={second} /> : <RunsPage />
    if (first === 'ledger' && /^\d*$/.test(second ?? ''))
      return second ? (
        <LedgerEntryView key={second} source={ledger} index={Number(second)} />
      ) : (
        <LedgerView source={ledger} />
      )
    if (first === 'systems' && second === undefined) return <SystemsPage />
  }
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <a href="/">To what waits</a>
      </p>
    </>
  )
}
