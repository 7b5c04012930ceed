import { useState } from 'preact/hooks'
import type { OneTime, PersonLine, Rights } from '../../src/wire/desk.ts'
import { desk } from '../api.ts'
import { Failed, useAct, Wrong } from '../components/act.tsx'
import { NameField } from '../components/name-field.tsx'
import { OneTimeText } from '../components/one-time.tsx'
import { Person } from '../components/person.tsx'
import { Proposal } from '../components/proposal.tsx'
import { RightsFields } from '../components/rights-fields.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { useLoaded } from '../live.ts'
import { addPasskey } from '../passkey.ts'
import { go } from '../route.ts'

interface PeoplePageProps {
  readonly me: PersonLine
  /** The identity provider of this desk. */
  readonly provider: string | undefined
}

export function PeoplePage({ me, provider }: PeoplePageProps) {
  const { data, error, set } = useLoaded(desk.people, 'people')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  const isAdmin = me.roles.includes('admin')
  const people = (data?.people ?? []).filter(({ removed }) => !removed)
  const proposals = data?.proposals ?? []
  return (
    <>
      <h1>People</h1>
      <Failed error={error} />
      {proposals.length > 0 && (
        <section aria-labelledby="proposed" class="mb-6">
          <h2 id="proposed">Waits for two to sign</h2>
          <ul class="rows">
            {proposals.map((line) => (
              <Proposal key={line.proposal.id} line={line} isAdmin={isAdmin} onPeople={set} />
            ))}
          </ul>
        </section>
      )}
      <ul class="rows" aria-label="People">
        {people.map((person) => (
          <Person key={person.id} person={person} me={me} people={people} onPeople={set} />
        ))}
      </ul>
      <p class="muted">
        {data?.byTwo === true
          ? 'What lets somebody approve or administer takes two signatures: of admins, or of an approver where there is one admin.'
          : 'There is one admin, who alone decides who approves. From the second admin on it takes two.'}
      </p>
      <OwnPasskeys />
      {isAdmin ? (
        <Invite provider={provider} onInvited={async () => set(await desk.people())} />
      ) : (
        <p class="muted">An admin invites people and removes them.</p>
      )}
    </>
  )
}

function OwnPasskeys() {
  const [added, setAdded] = useState(false)
  const { busy, wrong, run } = useAct()
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">Your passkeys</h2>
      <p>Another device, or a security key, can sign for you too. You sign for it with the passkey that you have.</p>
      <button
        type="button"
        disabled={busy}
        onClick={() =>
          run(async () => {
            setAdded(false)
            await addPasskey()
            setAdded(true)
          })
        }
      >
        Add a passkey
      </button>
      <p role="status">{added && 'It is added.'}</p>
      <Wrong of={wrong} />
    </section>
  )
}

const NOBODY: Rights = { roles: ['approver'], teams: [], seniority: 'junior' }

function Invite({ provider, onInvited }: { readonly provider: string | undefined; onInvited(): Promise<void> }) {
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [rights, setRights] = useState(NOBODY)
  const [link, setLink] = useState<OneTime>()
  const { busy, wrong, run } = useAct()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      setLink(await desk.invite({ name: name.trim(), ...rights, ...(email !== '' && { email }) }))
      setName('')
      setEmail('')
      await onInvited()
    })
  }
  return (
    <section aria-labelledby="invite">
      <h2 id="invite">Invite somebody</h2>
      <form onSubmit={submit}>
        <NameField label="Name" value={name} onValue={setName} />
        {provider !== undefined && (
          <label>
            E-mail, as {provider} knows it: only that account can use the link. Empty: whoever has the link
            <input
              type="email"
              maxLength={254}
              autocomplete="off"
              value={email}
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          </label>
        )}
        <RightsFields rights={rights} onRights={setRights} />
        <button type="submit" class="main" disabled={busy || rights.roles.length === 0}>
          Make a link
        </button>
        <Wrong of={wrong} />
      </form>
      {link !== undefined && (
        <OneTimeText label="Link to join" text={link.link} expires={link.expires} waits={link.proposal !== undefined} />
      )}
    </section>
  )
}
