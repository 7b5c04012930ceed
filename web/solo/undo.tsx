import { useState } from 'preact/hooks'
import type { UndoReply } from '../../src/wire/api.ts'
import { useAct, Wrong } from '../components/act.tsx'
import { Text } from '../components/text.tsx'
import { useKeys } from '../keys.ts'
import { count } from '../words.ts'
import { guard } from './api.ts'

interface UndoProps {
  /** A receipt or a run. */
  readonly what: string
  readonly label: string
  /** For those who don't see the row. */
  readonly about?: string
  /** There is nothing left of it to undo. */
  readonly over: boolean
}

type State =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'tried'; readonly reply: UndoReply }
  | { readonly kind: 'done'; readonly reply: UndoReply }

/** Shows what would come back and what would not, and gives it back at the second press. */
export function Undo({ what, label, about, over }: UndoProps) {
  const [state, setState] = useState<State>({ kind: 'quiet' })
  const { busy, wrong, run } = useAct()
  const ask = (dryRun: boolean): void =>
    run(async () => setState({ kind: dryRun ? 'tried' : 'done', reply: await guard.undo(what, dryRun) }))
  // Of the page's own keys this one comes first.
  useKeys(state.kind === 'quiet' ? {} : { Escape: () => setState({ kind: 'quiet' }) })
  if (over && state.kind === 'quiet') return null
  return (
    <div class="undo">
      {state.kind === 'quiet' && (
        <button type="button" data-undo disabled={busy} onClick={() => ask(true)}>
          {label}
          {about !== undefined && <span class="sr-only"> {about}</span>}… <kbd>u</kbd>
        </button>
      )}
      {state.kind !== 'quiet' && <Shown reply={state.reply} isDone={state.kind === 'done'} />}
      {state.kind === 'tried' && (
        <p class="buttons">
          {/* biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone; the harmless one takes its place */}
          <button autoFocus type="button" class="quiet" onClick={() => setState({ kind: 'quiet' })}>
            Leave it <kbd>Esc</kbd>
          </button>
          {givenBack(state.reply) > 0 && (
            <button type="button" class="main" disabled={busy} onClick={() => ask(false)}>
              Give this back
            </button>
          )}
        </p>
      )}
      <Wrong of={wrong} />
    </div>
  )
}

const FIRST = 30

function Shown({ reply, isDone }: { readonly reply: UndoReply; readonly isDone: boolean }) {
  const changing = reply.restored.filter(({ did }) => did !== 'nothing to do')
  const more = changing.length - FIRST
  return (
    <div role="status">
      <p>
        <strong>
          {isDone ? 'Given back.' : changing.length > 0 ? 'This would come back:' : 'Nothing would come back.'}
        </strong>
      </p>
      <ul class="paths">
        {changing.slice(0, FIRST).map(({ path, did }) => (
          <li key={path}>
            <span class="muted">{did}</span>{' '}
            <code>
              <Text of={path} strict />
            </code>
          </li>
        ))}
        {more > 0 && <li>and {count(more, 'more path')}</li>}
      </ul>
      {reply.refused.length > 0 && (
        <>
          <p>
            <strong class="lost">{isDone ? 'Left as it is:' : 'This would not:'}</strong>
          </p>
          <ul class="paths">
            {reply.refused.map(({ path, why }) => (
              <li key={path}>
                <code>
                  <Text of={path} strict />
                </code>
                : <Text of={why} />
              </li>
            ))}
          </ul>
        </>
      )}
      {reply.notes.map((note, i) => (
        <p key={i} class="muted">
          <Text of={note} />
        </p>
      ))}
      {isDone && reply.receipts.length > 0 && (
        <p class="muted">It is an action of its own in this run, and can be undone in turn.</p>
      )}
    </div>
  )
}

function givenBack({ restored }: UndoReply): number {
  return restored.filter(({ did }) => did !== 'nothing to do').length
}
