import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { PersonLine } from '../src/wire/desk.ts'
import { desk, ledger } from './api.ts'
import { Frame } from './components/frame.tsx'
import { Tab } from './components/tab.tsx'
import { Text } from './components/text.tsx'
import { KEYS } from './keys.ts'
import { useSignedOut } from './live.ts'
import { GuardsPage } from './pages/guards.tsx'
import { HoldView } from './pages/hold.tsx'
import { HoldsPage } from './pages/holds.tsx'
import { Join } from './pages/join.tsx'
import { LedgerEntryView, LedgerView } from './pages/ledger.tsx'
import { PeoplePage } from './pages/people.tsx'
import { RunsPage } from './pages/runs.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { go, type Route, useRoute } from './route.ts'

type Who = { readonly kind: 'asking' } | { readonly kind: 'nobody' } | { readonly kind: 'somebody'; me: PersonLine }

export function App() {
  const { path, route } = useRoute()
  const [who, setWho] = useState<Who>({ kind: 'asking' })
  const [provider, setProvider] = useState<string>()
  const settle = useCallback((person: PersonLine | undefined) => {
    setWho(person === undefined ? { kind: 'nobody' } : { kind: 'somebody', me: person })
  }, [])
  useSignedOut(useCallback(() => settle(undefined), [settle]))
  useEffect(() => {
    desk.session().then(
      (session) => {
        setProvider(session.provider)
        settle(session.person)
      },
      () => settle(undefined),
    )
  }, [settle])
  const main = useRef<HTMLElement>(null)
  // A new page is read from its top.
  useEffect(() => {
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [path, who.kind])

  const onJoined = (me: PersonLine | undefined): void => {
    settle(me)
    go('/')
  }
  if (route.page === 'join')
    return (
      <main ref={main} tabIndex={-1} class="alone">
        <Join code={route.code} onJoined={onJoined} />
      </main>
    )
  if (who.kind !== 'somebody')
    return (
      <main ref={main} tabIndex={-1} class="alone">
        {who.kind === 'nobody' && (
          <SignIn
            provider={provider}
            failed={route.page === 'not-signed-in'}
            onSignedIn={route.page === 'not-signed-in' ? onJoined : settle}
          />
        )}
      </main>
    )
  return <Desk me={who.me} provider={provider} route={route} mainRef={main} onSignedOut={() => settle(undefined)} />
}

interface DeskProps {
  readonly me: PersonLine
  /** The identity provider of this desk. */
  readonly provider: string | undefined
  readonly route: Route
  readonly mainRef: { current: HTMLElement | null }
  onSignedOut(): void
}

function Desk({ me, provider, route, mainRef, onSignedOut }: DeskProps) {
  const signOut = (): void => void desk.signOut().then(onSignedOut, onSignedOut)
  const tabs = (
    <>
      <Tab to="/" name="Holds" on={route.page === 'holds' || route.page === 'hold'} />
      <Tab to="/runs" name="Runs" on={route.page === 'runs'} />
      <Tab to="/ledger" name="Ledger" on={route.page === 'ledger' || route.page === 'entry'} />
      <Tab to="/people" name="People" on={route.page === 'people'} />
      <Tab to="/guards" name="Guards" on={route.page === 'guards'} />
    </>
  )
  const end = (
    <>
      <Text of={me.name} />
      <button type="button" class="quiet" onClick={signOut}>
        Sign out
      </button>
    </>
  )
  return (
    <Frame tabs={tabs} end={end} keys={KEYS} mainRef={mainRef}>
      <Page me={me} provider={provider} route={route} />
    </Frame>
  )
}

function Page({ me, provider, route }: Pick<DeskProps, 'me' | 'provider' | 'route'>) {
  switch (route.page) {
    case 'holds':
      return <HoldsPage />
    case 'hold':
      return <HoldView key={route.ticket} me={me} ticket={route.ticket} />
    case 'runs':
      return <RunsPage />
    case 'ledger':
      return <LedgerView source={ledger} />
    case 'entry':
      return <LedgerEntryView key={route.index} source={ledger} index={route.index} />
    case 'people':
      return <PeoplePage me={me} provider={provider} />
    case 'guards':
      return <GuardsPage me={me} />
    case 'join':
    case 'not-signed-in':
    case 'nowhere':
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            <a href="/">To the holds</a>
          </p>
        </>
      )
  }
}
