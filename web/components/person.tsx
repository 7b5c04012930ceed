import { useState } from 'preact/hooks'
import type { OneTime, PersonLine } from '../../src/wire/desk.ts'
import type { People } from '../../src/wire/desk-people.ts'
import { desk } from '../api.ts'
import { rightsWords } from '../words.ts'
import { useAct, Wrong } from './act.tsx'
import { OneTimeText } from './one-time.tsx'
import { Removal } from './removal.tsx'
import { RightsFields } from './rights-fields.tsx'
import { Text } from './text.tsx'

interface PersonProps {
  readonly person: PersonLine
  readonly me: PersonLine
  /** All who are enrolled. */
  readonly people: readonly PersonLine[]
  onPeople(people: People): void
}

export function Person({ person, me, people, onPeople }: PersonProps) {
  const [opens, setOpens] = useState(false)
  const isAdmin = me.roles.includes('admin')
  const linked = people.filter(({ id, human }) => id !== person.id && human !== undefined && human === person.human)
  return (
    <li class="line">
      <span>
        <strong>
          <Text of={person.name} />
        </strong>
        {person.id === me.id && ' (you)'}
      </span>
      <span class="muted">
        {rightsWords(person)}
        {person.alone === true && ', by one admin'}
      </span>
      {linked.length > 0 && (
        <span class="muted">
          counts as one with <Text of={linked.map(({ name }) => name).join(', ')} />
        </span>
      )}
      <span class="mono muted">{person.id}</span>
      {isAdmin && (
        <button
          type="button"
          data-row
          aria-expanded={opens}
          aria-label={`Change ${person.name}`}
          onClick={() => setOpens(!opens)}
        >
          Change
        </button>
      )}
      {isAdmin && person.id !== me.id && (
        <Removal
          verb="Remove"
          what={person.name}
          effect="Ends the sessions, and a vote on what has not run yet counts no more."
          remove={async () => onPeople(await desk.removePerson(person.id))}
        />
      )}
      {opens && (
        <div class="change">
          <ChangeRights person={person} onPeople={onPeople} />
          <LinkForm person={person} people={people} onPeople={onPeople} />
          {person.id !== me.id && <Recovery person={person} />}
        </div>
      )}
    </li>
  )
}

function ChangeRights({ person, onPeople }: Pick<PersonProps, 'person' | 'onPeople'>) {
  const { roles, teams, seniority } = person
  const [rights, setRights] = useState({ roles, teams, seniority })
  const { busy, wrong, run } = useAct()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => onPeople(await desk.changeRights(person.id, rights)))
  }
  return (
    <form onSubmit={submit} aria-label={`Rights of ${person.name}`}>
      <RightsFields rights={rights} onRights={setRights} />
      <button type="submit" disabled={busy || rights.roles.length === 0}>
        Change the rights
      </button>
      <Wrong of={wrong} />
    </form>
  )
}

function LinkForm({ person, people, onPeople }: Omit<PersonProps, 'me'>) {
  const [other, setOther] = useState('')
  const { busy, wrong, run } = useAct()
  const others = people.filter(({ id, human }) => id !== person.id && (human === undefined || human !== person.human))
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => onPeople(await desk.link(person.id, { other })))
  }
  return (
    <form onSubmit={submit}>
      <label>
        The same human being has another account: the two count once, at once
        <select required value={other} onChange={(event) => setOther(event.currentTarget.value)}>
          <option value="" />
          {others.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="buttons">
        <button type="submit" disabled={busy}>
          Link the accounts
        </button>
        {person.human !== undefined && (
          <button type="button" disabled={busy} onClick={() => run(async () => onPeople(await desk.unlink(person.id)))}>
            Ask for them to count apart
          </button>
        )}
      </p>
      <Wrong of={wrong} />
    </form>
  )
}

function Recovery({ person }: Pick<PersonProps, 'person'>) {
  const [link, setLink] = useState<OneTime>()
  const { busy, wrong, run } = useAct()
  return (
    <>
      <p>Whoever lost his passkey gets a new one by a link that two have signed. His old passkeys end then.</p>
      <button type="button" disabled={busy} onClick={() => run(async () => setLink(await desk.recover(person.id)))}>
        Make a link for a new passkey
      </button>
      <Wrong of={wrong} />
      {link !== undefined && (
        <OneTimeText label="Link for a new passkey" text={link.link} expires={link.expires} waits />
      )}
    </>
  )
}
