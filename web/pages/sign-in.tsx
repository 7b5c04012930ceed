import type { PersonLine } from '../../src/wire/desk.ts'
import { useAct, Wrong } from '../components/act.tsx'
import { signIn } from '../passkey.ts'

export function SignIn({ onSignedIn }: { onSignedIn(person: PersonLine | undefined): void }) {
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
      <Wrong of={wrong} />
      <p class="muted">No passkey here yet? An admin of this desk gives you a link to join.</p>
    </>
  )
}
