import type { PersonLine } from '../../src/wire/desk.ts'
import { useAct, Wrong } from '../components/act.tsx'
import { goOutside } from '../outside.ts'
import { signIn } from '../passkey.ts'

const NOT_SIGNED_IN =
  'You could not be signed in that way: it took too long, or nobody is enrolled here who joined with that account.'

interface SignInProps {
  /** The identity provider of this desk. */
  readonly provider: string | undefined
  /** He was there, and came back as nobody whom the desk knows. */
  readonly failed: boolean
  onSignedIn(person: PersonLine | undefined): void
}

export function SignIn({ provider, failed, onSignedIn }: SignInProps) {
  const { busy, wrong, run } = useAct()
  return (
    <>
      <h1>Interlock desk</h1>
      <p>Here people see what an agent is about to do, and agree to it or not.</p>
      <p>
        <button
          type="button"
          class="main"
          disabled={busy}
          onClick={() => run(async () => onSignedIn((await signIn()).person))}
        >
          Sign in with your passkey
        </button>
      </p>
      {provider !== undefined && (
        <p>
          <button type="button" disabled={busy} onClick={() => run(() => goOutside({}))}>
            Sign in with {provider}
          </button>{' '}
          <span class="muted">to read; what you sign takes your passkey</span>
        </p>
      )}
      <Wrong of={wrong || (failed ? NOT_SIGNED_IN : '')} />
      <p class="muted">No passkey here yet? An admin of this desk gives you a link to join.</p>
    </>
  )
}
