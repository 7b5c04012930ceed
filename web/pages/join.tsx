import { useEffect, useState } from 'preact/hooks'
import type { Invitation, PersonLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed, useAct, Wrong } from '../components/act.tsx'
import { NameField } from '../components/name-field.tsx'
import { Text } from '../components/text.tsx'
import { goOutside } from '../outside.ts'
import { join } from '../passkey.ts'
import { left, ROLES, weighs } from '../words.ts'

interface JoinProps {
  readonly code: string
  onJoined(person: PersonLine): void
}

export function Join({ code, onJoined }: JoinProps) {
  const [invitation, setInvitation] = useState<Invitation>()
  const [error, setError] = useState<Error>()
  useEffect(() => void desk.invitation(code).then(setInvitation, setError), [code])
  return (
    <>
      <h1>Join this desk</h1>
      <Failed error={error} />
      {error !== undefined && (
        <p>
          A link works once and for a short time. Ask an admin for a new one, or <a href="/">sign in</a>.
        </p>
      )}
      {invitation?.waits === true && (
        <p role="status">
          This link does not work yet: two people of this desk have to sign it first. Whoever sent it to you knows. Load
          this page again when they have.
        </p>
      )}
      {invitation?.proved === false && invitation.waits !== true && (
        <Prove code={code} email={invitation.email ?? ''} />
      )}
      {invitation !== undefined && invitation.waits !== true && invitation.proved !== false && (
        <JoinForm code={code} invitation={invitation} onJoined={onJoined} />
      )}
    </>
  )
}

function Prove({ code, email }: { readonly code: string; readonly email: string }) {
  const { busy, wrong, run } = useAct()
  return (
    <>
      <p>
        This link is for{' '}
        <strong>
          <Text of={email} />
        </strong>
        . Show first that it is you.
      </p>
      <button type="button" class="main" disabled={busy} onClick={() => run(() => goOutside({ code }))}>
        Sign in with your organisation
      </button>
      <Wrong of={wrong} />
    </>
  )
}

function JoinForm({ code, invitation, onJoined }: JoinProps & { readonly invitation: Invitation }) {
  const [name, setName] = useState('')
  const { busy, wrong, run } = useAct()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      const { person } = await join(code, invitation.name === undefined ? name.trim() : undefined)
      if (person !== undefined) onJoined(person)
    })
  }
  return (
    <form onSubmit={submit}>
      {invitation.name === undefined ? (
        <NameField label="Your name, as others will see it" fill="name" value={name} onValue={setName} />
      ) : (
        <p>
          {invitation.recovers === true ? 'You get a new passkey as' : 'You join as'}{' '}
          <strong>
            <Text of={invitation.name} />
          </strong>
          .
        </p>
      )}
      <ul>
        {invitation.roles.map((role) => (
          <li key={role}>
            <strong>{role}</strong>: {ROLES[role]}
          </li>
        ))}
      </ul>
      {weighs(invitation) !== '' && <p class="muted">{weighs(invitation)}</p>}
      <p>Your device makes a passkey for this desk. You sign in with it, and sign each vote with it.</p>
      {invitation.recovers === true && (
        <p>Every passkey that you had here ends with it. What you signed stays signed.</p>
      )}
      <button type="submit" class="main" disabled={busy}>
        {invitation.recovers === true ? 'Make a new passkey' : 'Make a passkey and join'}
      </button>
      <p class="muted">{left(invitation.expires, Date.now())} for this link</p>
      <Wrong of={wrong} />
    </form>
  )
}
