import { useState } from 'preact/hooks'
import type { ConsoleAnswer, WaitingCall, WaitingCalls } from '../../../src/wire/console.ts'
import { Failed, useAct, Wrong } from '../../components/act.tsx'
import { Does, Exactly, Sentence, Undoing, Why, Words } from '../../components/call.tsx'
import { When } from '../../components/standing.tsx'
import { Text } from '../../components/text.tsx'
import { useKeys } from '../../keys.ts'
import { useLoaded } from '../../live.ts'
import { sign } from '../../passkey.ts'
import { go } from '../../route.ts'
import { neededBy } from '../../words.ts'
import { guard } from '../api.ts'
import { Rows } from './waiting.tsx'

type Answer = ConsoleAnswer['answer']

/** One held call, in the order in which one makes up one's mind. */
export function WaitingView({ ticket }: { readonly ticket: string }) {
  const { data, error, set } = useLoaded(guard.waiting, 'waiting')
  const { data: registry } = useLoaded(guard.systems, 'systems')
  const [answer, setAnswer] = useState<Answer>()
  // It stays in sight when somebody has answered it.
  const [last, setLast] = useState<WaitingCall>()
  const waits = [...(data?.yours ?? []), ...(data?.others ?? [])].find((call) => call.ticket === ticket)
  if (waits !== undefined && waits !== last) setLast(waits)
  const call = waits ?? last
  const isYours = waits !== undefined && waits.approvals === undefined
  const ask = (said: Answer): void => void (waits !== undefined && (isYours || said === 'refused') && setAnswer(said))
  useKeys({
    a: () => ask('confirmed'),
    d: () => ask('refused'),
    j: () => goBeside(data, ticket, 1),
    k: () => goBeside(data, ticket, -1),
    Escape: () => (answer === undefined ? go('/') : setAnswer(undefined)),
  })
  if (call === undefined)
    return (
      <>
        <h1>{ticket}</h1>
        <Failed error={error} />
        {data !== undefined && <p>It does not wait any more: it was answered, or a day has passed.</p>}
        <p>
          <a href="/">To what waits</a>
        </p>
      </>
    )
  return (
    <article>
      <p class="muted">
        <a href="/">Waiting</a> / <span class="mono">{ticket}</span>
      </p>
      <Failed error={error} />
      <Sentence effects={call.effects} />
      <Standing call={call} isYours={isYours} isOpen={waits !== undefined} />
      <Does effects={call.effects} dependents={(system) => neededBy(registry?.systems ?? [], system)} />
      <Exactly call={call} />
      <Undoing effects={call.effects} snapshot={call.safeguards?.includes('snapshot') === true} />
      <Why call={call} />
      <Words call={call} />
      <Who call={call} />
      {waits !== undefined && (
        <Answering ticket={ticket} isYours={isYours} answer={answer} onAnswer={setAnswer} onAnswered={set} />
      )}
      <AlsoWaiting call={call} data={data} />
    </article>
  )
}

interface StandingProps {
  readonly call: WaitingCall
  readonly isYours: boolean
  readonly isOpen: boolean
}

function Standing({ call, isYours, isOpen }: StandingProps) {
  return (
    <p class="standing" role="status">
      <strong>{isYours ? 'waits for you' : isOpen ? 'waits for others' : 'answered'}</strong>
      {!isYours && isOpen && <span>{call.approvals} of them have to approve it, on the desk</span>}
      <a href={`/runs/${encodeURIComponent(call.run)}`}>the run</a>
    </p>
  )
}

function Who({ call: { agent, run, at } }: { readonly call: WaitingCall }) {
  return (
    <section aria-labelledby="who">
      <h2 id="who">Who</h2>
      <dl class="facts">
        <dt>asks</dt>
        <dd>
          <Text of={agent} />, run{' '}
          <code>
            <Text of={run} />
          </code>
          , <When at={at} />
        </dd>
      </dl>
    </section>
  )
}

const SAYS: Readonly<Record<Answer, string>> = {
  confirmed: 'This very call may run once, within 15 minutes, when the agent tries it again.',
  refused: 'It does not run. The same call is denied for a day.',
}

interface AnsweringProps {
  readonly ticket: string
  /** Else others say yes to it; a no is the operator's too. */
  readonly isYours: boolean
  readonly answer: Answer | undefined
  onAnswer(answer: Answer | undefined): void
  onAnswered(now: WaitingCalls): void
}

function Answering({ ticket, isYours, answer, onAnswer, onAnswered }: AnsweringProps) {
  const { busy, wrong, run } = useAct()
  const { data } = useLoaded(guard.session, 'session')
  const byPasskey = data?.passkeySince !== undefined
  const send = (said: Answer): void =>
    run(async () => {
      const isSigned = said === 'confirmed' && byPasskey
      const signed = isSigned ? await sign(await guard.answerStart(ticket)) : undefined
      onAnswered(await guard.answer(ticket, { answer: said, ...(signed && { signed }) }))
      onAnswer(undefined)
    })
  return (
    <section aria-labelledby="answer" class="ballot">
      <h2 id="answer">Your answer</h2>
      {answer === undefined ? (
        <p class="buttons">
          {isYours && (
            <button type="button" class="main" onClick={() => onAnswer('confirmed')}>
              Let it run… <kbd>a</kbd>
            </button>
          )}
          <button type="button" onClick={() => onAnswer('refused')}>
            Refuse… <kbd>d</kbd>
          </button>
        </p>
      ) : (
        <>
          <p>
            <strong>{SAYS[answer]}</strong>
          </p>
          <p class="buttons">
            <button
              ref={(button) => button?.focus()}
              type="button"
              class={answer === 'confirmed' ? 'main' : ''}
              disabled={busy}
              onClick={() => send(answer)}
            >
              {answer === 'refused' ? 'Refuse it' : `Let exactly this run, once${byPasskey ? ', by your passkey' : ''}`}
            </button>
            <button type="button" class="quiet" onClick={() => onAnswer(undefined)}>
              Back <kbd>Esc</kbd>
            </button>
          </p>
        </>
      )}
      <Wrong of={wrong} />
    </section>
  )
}

interface AlsoProps {
  readonly call: WaitingCall
  readonly data: WaitingCalls | undefined
}

function AlsoWaiting({ call, data }: AlsoProps) {
  const rest = [...(data?.yours ?? []), ...(data?.others ?? [])].filter(
    ({ run, ticket }) => run === call.run && ticket !== call.ticket,
  )
  if (rest.length === 0) return null
  return (
    <section aria-labelledby="also">
      <h2 id="also">Also waiting from this run</h2>
      <Rows calls={rest} />
    </section>
  )
}

function goBeside(data: WaitingCalls | undefined, ticket: string, step: 1 | -1): void {
  const tickets = (data?.yours ?? []).map((call) => call.ticket)
  const at = tickets.indexOf(ticket)
  const next = tickets[at < 0 ? 0 : at + step]
  if (next !== undefined) go(`/waiting/${next}`)
}
