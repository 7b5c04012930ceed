import { useState } from 'preact/hooks'
import type { SystemLine, Systems } from '../../../src/wire/console.ts'
import type { Signed } from '../../../src/wire/desk.ts'
import { Failed, useAct, Wrong } from '../../components/act.tsx'
import { Removal } from '../../components/removal.tsx'
import { When } from '../../components/standing.tsx'
import { Text } from '../../components/text.tsx'
import { moveRow, useKeys } from '../../keys.ts'
import { useLoaded } from '../../live.ts'
import { register, sign } from '../../passkey.ts'
import { go } from '../../route.ts'
import { neededBy } from '../../words.ts'
import { guard } from '../api.ts'

/** What people wrote of the systems that agents can reach; and the breaker. */
export function SystemsPage() {
  const { data, error, set } = useLoaded(guard.systems, 'systems')
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  return (
    <>
      <h1>Systems</h1>
      <Failed error={error} />
      {data !== undefined && (
        <>
          <Breaker systems={data} onTurned={set} />
          <Passkey />
          {data.broken.map(({ file, why }) => (
            <p key={file} class="wrong">
              <code>
                <Text of={file} strict />
              </code>{' '}
              does not count, and nothing is allowed there: <Text of={why} />
            </p>
          ))}
          <h2>Registry</h2>
          <p class="muted">
            From <code>interlock.yaml</code>, yours and those of the folders that agents worked in. A remote system that
            nobody names counts as production, of tier 1.
          </p>
          {data.systems.length === 0 && <p>Nobody has named a system yet.</p>}
          {data.systems.length > 0 && <Registry systems={data.systems} />}
        </>
      )}
    </>
  )
}

const ORDER = ['production', 'staging', 'development']

function Registry({ systems }: { readonly systems: readonly SystemLine[] }) {
  const sorted = systems.toSorted(
    (a, b) => ORDER.indexOf(a.environment) - ORDER.indexOf(b.environment) || a.tier - b.tier,
  )
  return (
    <table class="effects registry">
      <thead>
        <tr>
          <th scope="col">tier</th>
          <th scope="col">system</th>
          <th scope="col">environment</th>
          <th scope="col">data</th>
          <th scope="col">pushes deploy</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((system, i) => (
          <tr key={i}>
            <td>tier {system.tier}</td>
            <td>
              <strong>
                <Text of={system.name} />
              </strong>
              <p class="step-why mono">
                <Text of={system.match.join('  ')} strict />
              </p>
              {system.dependsOn.length > 0 && (
                <p class="step-why">
                  needs <Text of={system.dependsOn.join(', ')} />
                </p>
              )}
              {neededBy(systems, system.name).length > 0 && (
                <p class="step-why">
                  needed by <Text of={neededBy(systems, system.name).join(', ')} />
                </p>
              )}
              <p class="step-why muted">
                <Text of={system.file} />
              </p>
            </td>
            <td>{system.environment}</td>
            <td>{system.stateful ? 'holds data' : 'none of its own'}</td>
            <td>{system.deploys.length > 0 ? <Text of={system.deploys.join(', ')} /> : 'no'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Signed where a passkey answers here. */
async function signedResume(): Promise<Signed | undefined> {
  const { passkeySince } = await guard.session()
  return passkeySince === undefined ? undefined : await sign(await guard.resumeStart())
}

function Passkey() {
  const { data, set } = useLoaded(guard.session, 'session')
  const { busy, wrong, run } = useAct()
  if (data === undefined) return null
  const make = (): void => run(async () => set(await guard.enrol(await register(await guard.enrolStart()))))
  return (
    <section aria-labelledby="passkey">
      <h2 id="passkey">Your passkey</h2>
      {data.passkeySince !== undefined ? (
        <p>
          A yes of yours takes your passkey, since <When at={data.passkeySince} />. None takes its place.
        </p>
      ) : (
        <>
          <p class="prose">
            As it is, software that runs as you could say yes in your name. With a passkey nothing but you can, and a
            terminal's yes is not taken any more. It is made once: end your agents first.
          </p>
          <button type="button" disabled={busy} onClick={make}>
            Make a passkey
          </button>
          <Wrong of={wrong} />
        </>
      )}
    </section>
  )
}

interface BreakerProps {
  readonly systems: Systems
  onTurned(systems: Systems): void
}

function Breaker({ systems: { stopped, stoppedAgents }, onTurned }: BreakerProps) {
  const [why, setWhy] = useState('')
  const { busy, wrong, run } = useAct()
  const stop = (event: Event): void => {
    event.preventDefault()
    run(async () => onTurned(await guard.stop(why.trim() || 'by hand, in the console')))
  }
  const resume = (
    <Removal
      verb="Resume"
      what="everything"
      effect="Calls of all agents are judged again, and run where they may."
      remove={async () => onTurned(await guard.resume(await signedResume()))}
    />
  )
  if (stopped !== undefined)
    return (
      <section aria-labelledby="breaker" class="ballot">
        <h2 id="breaker">Everything is stopped</h2>
        <p>
          Every call is denied, also after a restart: <Text of={stopped} />.
        </p>
        {resume}
      </section>
    )
  return (
    <section aria-labelledby="breaker">
      {stoppedAgents.length > 0 && (
        <>
          <h2>Stopped by a rule</h2>
          <ul class="rows">
            {stoppedAgents.map(({ agent, why: reason }) => (
              <li key={agent} class="line">
                <span>
                  <strong>
                    <Text of={agent} />
                  </strong>
                  : <Text of={reason} />
                </span>
              </li>
            ))}
          </ul>
          {resume}
        </>
      )}
      <h2 id="breaker">Stop everything</h2>
      <form onSubmit={stop}>
        <label>
          Why, for the record
          <input maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
        </label>
        <button type="submit" disabled={busy}>
          Stop every agent now
        </button>
        <Wrong of={wrong} />
      </form>
    </section>
  )
}
