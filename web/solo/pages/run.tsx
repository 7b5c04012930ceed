import type { Step } from '../../../src/wire/console.ts'
import { Failed } from '../../components/act.tsx'
import { When } from '../../components/standing.tsx'
import { Text } from '../../components/text.tsx'
import { moveRow, useKeys } from '../../keys.ts'
import { useLoaded } from '../../live.ts'
import { go } from '../../route.ts'
import { count } from '../../words.ts'
import { guard } from '../api.ts'
import { Undo } from '../undo.tsx'

/** One run: its goal, and each of its calls with ruling and outcome, the newest last. */
export function RunView({ run }: { readonly run: string }) {
  const { data, error } = useLoaded(() => guard.run(run), `run ${run}`)
  useKeys({
    j: () => moveRow(1),
    k: () => moveRow(-1),
    u: () => pressUndo(),
    Escape: () => go('/runs'),
  })
  return (
    <article>
      <p class="muted">
        <a href="/runs">Runs</a> / <span class="mono">{<Text of={run} />}</span>
      </p>
      <Failed error={error} />
      {data !== undefined && (
        <>
          <h1>
            <Text of={data.goal ?? data.what} />
          </h1>
          <dl class="facts">
            <dt>agent</dt>
            <dd>
              <Text of={data.agent} />
            </dd>
            <dt>in</dt>
            <dd class="mono">
              <Text of={data.workspace} strict />
            </dd>
            <dt>since</dt>
            <dd>
              <When at={data.since} />
            </dd>
          </dl>
          <Undo what={run} label="Undo the whole run" over={!data.steps.some(isLeft)} />
          <h2>{count(data.calls, 'call')}</h2>
          {data.cut && <p class="muted">Older ones are in the ledger.</p>}
          <ol class="rows steps">
            {data.steps.map((step) => (
              <StepRow key={step.receipt} step={step} />
            ))}
          </ol>
        </>
      )}
    </article>
  )
}

const OUTCOMES: Readonly<Record<Step['outcome'], string>> = {
  done: 'done',
  failed: 'failed',
  refused: 'did not run',
  unknown: 'outcome unknown',
  runs: 'runs, or was not seen to end',
  waits: 'waits',
  'did not run': 'did not run',
}

function StepRow({ step }: { readonly step: Step }) {
  const { ruling, ticket, outcome, code, why, changed, diverged } = step
  const href = outcome === 'waits' && ticket !== undefined ? `/waiting/${ticket}` : `/ledger/${step.index}`
  return (
    <li class="step">
      <span class={`ruling ${ruling}`}>{ruling}</span>
      <div class="step-what">
        <a href={href} data-row class="step-link">
          <code>
            <Text of={step.what} strict />
          </code>
        </a>
        {ruling !== 'allow' && (
          <p class="step-why">
            <Text of={step.because} />
          </p>
        )}
        {step.answered !== undefined && (
          <p class="step-why">
            <Text of={step.answered} />
          </p>
        )}
        <p class="muted step-why">
          <When at={step.at} />, {outcome === 'waits' && step.answered ? 'may be tried again' : OUTCOMES[outcome]}
          {code !== undefined && code !== 0 && `, exit code ${code}`}
          {changed > 0 && `, ${count(changed, 'path')} changed`}
          {diverged && ', not all of it foreseen'}
          {step.undone && ', given back'}
          {why !== undefined && (
            <>
              : <Text of={why} />
            </>
          )}
        </p>
        <Undo what={step.receipt} label="Undo" about={step.what} over={!step.kept || step.undone} />
      </div>
    </li>
  )
}

function isLeft({ kept, undone, kind }: Step): boolean {
  return kept && !undone && kind !== 'undo'
}

/** Of the row that has the focus, else of the whole run. */
function pressUndo(): void {
  const row = document.activeElement?.closest('.step') ?? document
  row.querySelector<HTMLButtonElement>('[data-undo]')?.click()
}
