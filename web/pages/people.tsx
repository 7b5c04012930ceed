import { useState } from 'preact/hooks'
import type { OneTime, PersonLine } from '../../src/wire/desk.ts'
import { Role } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed, useAct, Wrong } from '../components/act.tsx'
import { NameField } from '../components/name-field.tsx'
import { OneTimeText } from '../components/one-time.tsx'
import { Removal } from '../components/removal.tsx'
import { Text } from '../components/text.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { useLoaded } from '../live.ts'
import { go } from '../route.ts'
import { ROLES } from '../words.ts'

export function PeoplePage({ me }: { readonly me: PersonLine }) {
  const { data, error, set } = useLoaded(desk.people, 'people')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  const isAdmin = me.roles.includes('admin')
  const people = (data?.people ?? []).filter(({ removed }) => !removed)
  return (
    <>
      <h1>People</h1>
      <Failed error={error} />
      <ul class="rows">
        {people.map((person) => (
          <li key={person.id} class="line">
            <span>
              <strong>
                <Text of={person.name} />
              </strong>
              {person.id === me.id && ' (you)'}
            </span>
            <span class="muted">{person.roles.join(', ')}</span>
            <span class="mono muted">{person.id}</span>
            {isAdmin && person.id !== me.id && (
              <Removal
                verb="Remove"
                what={person.name}
                effect="Ends the sessions, and a vote on what has not run yet counts no more."
                remove={async () => set(await desk.removePerson(person.id))}
              />
            )}
          </li>
        ))}
      </ul>
      {isAdmin ? <Invite /> : <p class="muted">An admin invites people and removes them.</p>}
    </>
  )
}

function Invite() {
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<readonly Role[]>(['approver'])
  const [link, setLink] = useState<OneTime>()
  const { busy, wrong, run } = useAct()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      setLink(await desk.invite({ name: name.trim(), roles: [...roles] }))
      setName('')
    })
  }
  const toggle = (role: Role): void =>
    setRoles(roles.includes(role) ? roles.filter((each) => each !== role) : [...roles, role])
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">Invite somebody</h2>
      <form onSubmit={submit}>
        <NameField label="Name" value={name} onValue={setName} />
        <fieldset>
          <legend>Roles</legend>
          {Role.options.map((role) => (
            <label key={role} class="check">
              <input type="checkbox" checked={roles.includes(role)} onChange={() => toggle(role)} />
              <span>
                <strong>{role}</strong> {ROLES[role]}
              </span>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="main" disabled={busy || roles.length === 0}>
          Make a link
        </button>
        <Wrong of={wrong} />
      </form>
      {link !== undefined && <OneTimeText label="Link to join" text={link.link} expires={link.expires} />}
    </section>
  )
}
