import { useState } from 'preact/hooks'
import type { GuardLine, OneTime, PersonLine } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed, useAct, Wrong } from '../components/act.tsx'
import { NameField } from '../components/name-field.tsx'
import { OneTimeText } from '../components/one-time.tsx'
import { Receivers } from '../components/receivers.tsx'
import { Removal } from '../components/removal.tsx'
import { Text } from '../components/text.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { useLoaded, useNow } from '../live.ts'
import { go } from '../route.ts'
import { ago } from '../words.ts'

export function GuardsPage({ me }: { readonly me: PersonLine }) {
  const { data, error, set } = useLoaded(desk.guards, 'guards')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  const isAdmin = me.roles.includes('admin')
  const guards = (data?.guards ?? []).filter(({ revoked }) => !revoked)
  return (
    <>
      <h1>Guards</h1>
      <Failed error={error} />
      {data !== undefined && guards.length === 0 && (
        <p class="muted">No guard is enrolled yet: nothing can be held here.</p>
      )}
      <ul class="rows">
        {guards.map((guard) => (
          <Guard key={guard.id} guard={guard}>
            {isAdmin && (
              <Removal
                verb="Revoke"
                what={guard.name}
                effect="Its agents get no approval through this desk any more, also not one that was given."
                remove={async () => set(await desk.revokeGuard(guard.id))}
              />
            )}
          </Guard>
        ))}
      </ul>
      {isAdmin && <Receivers />}
      {isAdmin ? <Enrol /> : <p class="muted">An admin enrols guards and revokes them.</p>}
    </>
  )
}

function Guard({ guard, children }: { readonly guard: GuardLine; readonly children: preact.ComponentChildren }) {
  const now = useNow()
  return (
    <li class="line">
      <span>
        <strong>
          <Text of={guard.name} />
        </strong>
        , for <Text of={guard.operator} />
      </span>
      <span class="muted">{guard.seenAt === undefined ? 'not seen yet' : `seen ${ago(guard.seenAt, now)}`}</span>
      <code>{guard.fingerprint}</code>
      {children}
    </li>
  )
}

function Enrol() {
  const { data } = useLoaded(desk.people, 'people')
  const [name, setName] = useState('')
  const [operator, setOperator] = useState('')
  const [code, setCode] = useState<OneTime>()
  const { busy, wrong, run } = useAct()
  const people = (data?.people ?? []).filter(({ removed, roles }) => !removed && !roles.includes('admin'))
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      setCode(await desk.guardCode({ name: name.trim(), operator }))
      setName('')
    })
  }
  return (
    <section aria-labelledby="enrol">
      <h2 id="enrol">Enrol a guard</h2>
      <form onSubmit={submit}>
        <NameField label="Name of the machine" value={name} onValue={setName} />
        <label>
          Whose agents it guards: no admin, and that person's vote on them does not count
          <select required value={operator} onChange={(event) => setOperator(event.currentTarget.value)}>
            <option value="" />
            {people.map((person) => (
              <option key={person.id} value={person.id}>
                {person.name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="main" disabled={busy}>
          Make a code
        </button>
        <Wrong of={wrong} />
      </form>
      {code !== undefined && (
        <>
          <OneTimeText
            label="To type on that machine"
            text={`interlock desk enroll ${location.origin} ${code.code}`}
            expires={code.expires}
          />
          <p class="muted">Then compare the fingerprint that it prints with the one here.</p>
        </>
      )}
    </section>
  )
}
