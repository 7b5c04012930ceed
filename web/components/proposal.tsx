import type { People, ProposalLine } from '../../src/wire/desk-people.ts'
import { desk } from '../api.ts'
import { useNow } from '../live.ts'
import { agree } from '../passkey.ts'
import { left, rightsWords } from '../words.ts'
import { useAct, Wrong } from './act.tsx'
import { Removal } from './removal.tsx'
import { Text } from './text.tsx'

interface ProposalProps {
  readonly line: ProposalLine
  readonly isAdmin: boolean
  onPeople(people: People): void
}

/** What waits for two to sign it, or for its link to be used. */
export function Proposal({ line, isAdmin, onPeople }: ProposalProps) {
  const now = useNow()
  const { busy, wrong, run } = useAct()
  const { proposal, by, signed, asked, asksYou, agreed } = line
  const what = whatWords(line)
  return (
    <li class="line">
      <span>
        <Text of={what} />
      </span>
      <span class="muted">
        by <Text of={by} />;{' '}
        {signed.length === 0 ? 'nobody has signed' : <Text of={`signed by ${signed.join(', ')}`} />}
        {!agreed && (
          <>
            ; may sign: <Text of={asked.join(', ') || 'nobody'} />
          </>
        )}
        {agreed && '; its link works'}; {left(proposal.expires, now)}
      </span>
      {asksYou && !agreed && (
        <button
          type="button"
          data-row
          disabled={busy}
          aria-label={`Sign with your passkey: ${what}`}
          onClick={() => run(async () => onPeople(await agree(proposal.id)))}
        >
          Sign with your passkey
        </button>
      )}
      {isAdmin && (
        <Removal
          verb="Withdraw"
          what={what}
          effect="Nothing comes of it, and its link does not work."
          remove={async () => onPeople(await desk.withdraw(proposal.id))}
        />
      )}
      <Wrong of={wrong} />
    </li>
  )
}

function whatWords({ proposal: { asked }, about = '' }: ProposalLine): string {
  switch (asked.kind) {
    case 'invite':
      return `Invite ${asked.name} as ${rightsWords(asked)}`
    case 'rights':
      return `Make ${about} ${rightsWords(asked)}`
    case 'recover':
      return `A new passkey for ${about}, whose old ones end`
    case 'unlink':
      return `Count ${about} apart from linked accounts again`
  }
}
