import { useEffect, useState } from 'preact/hooks'
import { BlobReference, StoredEntry } from '../../src/wire/ledger-entry.ts'
import type { LedgerLine, LedgerLines } from '../../src/wire/ledger-page.ts'
import type { ReceiptProof } from '../../src/wire/report.ts'
import { Failed, useAct, Wrong } from '../components/act.tsx'
import { Bytes } from '../components/bytes.tsx'
import { Removal } from '../components/removal.tsx'
import { When } from '../components/standing.tsx'
import { Text } from '../components/text.tsx'
import { moveRow, useKeys } from '../keys.ts'
import { base64, hex, sha256, textOf } from '../ledger/bytes.ts'
import { type Head, type Opened, openLog, type ProvedEntry, proveEntry } from '../ledger/log.ts'
import type { LedgerSource } from '../ledger/source.ts'
import { useLoaded } from '../live.ts'
import { go } from '../route.ts'

interface Source {
  readonly source: LedgerSource
}

/** What is recorded, searched by its server and checked by this page. */
export function LedgerView({ source }: Source) {
  const [words, setWords] = useState('')
  const [wanted, setWanted] = useState('')
  const [older, setOlder] = useState<LedgerLines>()
  const { data, error } = useLoaded(() => source.search(wanted, undefined), `ledger ${wanted}`)
  const { busy, wrong, run } = useAct()
  useKeys({ j: () => moveRow(1), k: () => moveRow(-1), Escape: () => go('/') })
  const submit = (event: Event): void => {
    event.preventDefault()
    setOlder(undefined)
    setWanted(words.trim())
  }
  const newest = data?.lines ?? []
  const last = older ?? data
  const lines = [...newest, ...(older?.lines ?? []).filter(({ index }) => newest.every((line) => line.index !== index))]
  const lookFurther = (before: number): void =>
    run(async () => {
      const more = await source.search(wanted, before)
      setOlder({ ...more, lines: [...(older?.lines ?? []), ...more.lines] })
    })
  return (
    <>
      <h1>Ledger</h1>
      <Standing source={source} />
      <form onSubmit={submit} class="search">
        <label>
          Search: a receipt, a command, a rule, a word
          <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
        <button type="submit">Search</button>
      </form>
      <Failed error={error} />
      {data !== undefined && lines.length === 0 && <p class="muted">Nothing was found.</p>}
      <ul class="rows">
        {lines.map((line) => (
          <Row key={line.index} line={line} />
        ))}
      </ul>
      {last?.before !== undefined && (
        <button type="button" data-row disabled={busy} onClick={() => lookFurther(last.before ?? 0)}>
          Look further back, before entry {last.before.toLocaleString('en')}
        </button>
      )}
      <Wrong of={wrong} />
      {lines.length > 0 && (
        <p class="muted">
          Search is the server's; an entry that you open is checked here.{' '}
          <Save name="ledger-search.jsonl" text={() => lines.map((line) => JSON.stringify(line)).join('\n')}>
            Save this list
          </Save>
        </p>
      )}
    </>
  )
}

function Row({ line }: { readonly line: LedgerLine }) {
  return (
    <li>
      <a href={`/ledger/${line.index}`} data-row class="row">
        <span class="row-because">
          <Text of={line.says} />
        </span>
        <span class="row-what muted">
          <Text of={line.type.replace('dev.interlock.', '')} />
        </span>
        <span class="row-who muted">
          <Text of={line.subject} />
        </span>
        <span class="row-state">
          <span>{line.index.toLocaleString('en')}</span>
          <span class="muted">
            <When at={Date.parse(line.time)} />
          </span>
        </span>
      </a>
    </li>
  )
}

/** Opens the ledger against what this browser kept of it, and keeps the newer. */
function useHead(source: LedgerSource): {
  readonly opened: Opened | undefined
  readonly error: Error | undefined
  again(): void
} {
  const [tries, setTries] = useState(0)
  const { data, error } = useLoaded(async () => {
    const opened = await openLog(source.files, source.seen(), Date.now())
    if (opened.kind === 'signed') source.keep(opened.head.seen)
    return opened
  }, `head ${tries}`)
  return { opened: data, error, again: () => setTries(tries + 1) }
}

function Standing({ source }: Source) {
  const { opened, error, again } = useHead(source)
  if (error !== undefined) return <Failed error={error} />
  if (opened === undefined) return null
  if (opened.kind === 'broken') return <Broken opened={opened} source={source} onKept={again} />
  const { head } = opened
  const isFirst = head.seen.since >= performance.timeOrigin
  return (
    <section aria-label="Standing" class="standing">
      <strong>signed</strong>
      <span>{head.size.toLocaleString('en')} entries</span>
      <span>
        key <code>{head.fingerprint}</code>
      </span>
      <span class="muted">
        {isFirst
          ? 'seen for the first time: compare it with what the terminal shows'
          : `the one that this browser knows since ${new Date(head.seen.since).toLocaleDateString()}, and all that it saw before is in it`}
      </span>
    </section>
  )
}

interface BrokenProps extends Source {
  readonly opened: Extract<Opened, { kind: 'broken' }>
  onKept(): void
}

function Broken({ opened: { what, why }, source, onKept }: BrokenProps) {
  return (
    <section aria-label="Standing" class="alarm">
      <p role="alert">
        <strong>{what === 'key' ? 'This is not the ledger that you knew' : 'This ledger contradicts itself'}</strong>:{' '}
        <Text of={why} />.
      </p>
      <p>
        Nothing that it says is to be believed until you know why. `interlock log verify` looks at the files themselves.
      </p>
      <Removal
        verb="Forget"
        what="what this browser knew"
        effect="The ledger as it is now will count as the right one, in this browser."
        remove={async () => {
          source.keep(undefined)
          onKept()
        }}
      />
    </section>
  )
}

/** One entry, from its own bytes, with its proof. */
export function LedgerEntryView({ source, index }: Source & { readonly index: number }) {
  const { opened, error, again } = useHead(source)
  const head = opened?.kind === 'signed' ? opened.head : undefined
  const [proved, setProved] = useState<ProvedEntry>()
  useEffect(() => {
    if (head === undefined || proved?.kind === 'proved') return
    proveEntry(source.files, head, index).then(setProved, (reason: Error) =>
      setProved({ kind: 'refused', why: reason.message }),
    )
  }, [head, index])
  useKeys({
    j: () => go(`/ledger/${index + 1}`),
    k: () => index > 0 && go(`/ledger/${index - 1}`),
    Escape: () => go('/ledger'),
  })
  return (
    <article>
      <p class="muted">
        <a href="/ledger">Ledger</a> / {index.toLocaleString('en')}
      </p>
      <h1>Entry {index.toLocaleString('en')}</h1>
      <Failed error={error} />
      {opened?.kind === 'broken' && <Broken opened={opened} source={source} onKept={again} />}
      {proved?.kind === 'refused' && <Wrong of={`Not proved: ${proved.why}`} />}
      {head !== undefined && proved?.kind === 'proved' && (
        <>
          <Proved head={head} proved={proved} index={index} />
          <Contents source={source} text={proved.text} />
        </>
      )}
    </article>
  )
}

interface ProvedProps {
  readonly head: Head
  readonly proved: Extract<ProvedEntry, { kind: 'proved' }>
  readonly index: number
}

function Proved({ head, proved, index }: ProvedProps) {
  // As `interlock log prove` writes it.
  const file = (): string => {
    const { vkey } = head.seen
    const entries = [{ index, entry: proved.text, hashes: proved.path.map(base64) }]
    const receipt = subjectOf(proved.text)
    const proof: ReceiptProof = { format: 'interlock-proof/1', receipt, vkey, checkpoint: head.note, entries }
    return `${JSON.stringify(proof)}\n`
  }
  return (
    <>
      <p class="standing" role="status">
        <strong>proved</strong>
        <span>
          it is entry {index.toLocaleString('en')} of {head.size.toLocaleString('en')} that the key signed
        </span>
        <Save name={`entry-${index}.proof.json`} text={file}>
          Save it with its proof
        </Save>
      </p>
      <details>
        <summary>The proof</summary>
        <dl class="facts">
          <dt>key</dt>
          <dd class="mono">{head.fingerprint}</dd>
          <dt>checkpoint</dt>
          <dd class="mono">
            <Text of={head.note.split('\n').slice(0, 3).join('  ')} />
          </dd>
          <dt>hash</dt>
          <dd class="mono">{hex(proved.hash)}</dd>
          <dt>path</dt>
          <dd class="mono">
            {proved.path.map((hash, i) => (
              <div key={i}>{hex(hash)}</div>
            ))}
          </dd>
        </dl>
      </details>
    </>
  )
}

function subjectOf(text: string): string {
  const entry = StoredEntry.safeParse(JSON.parse(text))
  return entry.success ? entry.data.subject : ''
}

function Contents({ source, text }: Source & { readonly text: string }) {
  const entry = StoredEntry.safeParse(JSON.parse(text))
  const reference = entry.success ? BlobReference.safeParse(entry.data.data) : undefined
  const digest = reference?.success === true ? reference.data.blob : ''
  const { data: aside } = useLoaded(() => blobText(source, digest), `blob ${digest}`)
  if (!entry.success) return <Bytes input={text} />
  const { type, subject, time, data } = entry.data
  return (
    <>
      <dl class="facts">
        <dt>what</dt>
        <dd>
          <Text of={type} />
        </dd>
        <dt>about</dt>
        <dd class="mono">
          <Text of={subject} />
        </dd>
        <dt>when</dt>
        <dd>
          <When at={Date.parse(time)} />
        </dd>
      </dl>
      {digest !== '' && <p>{aside === undefined ? '' : aside.says}</p>}
      <Bytes input={JSON.stringify(aside?.data ?? data, null, 2)} />
    </>
  )
}

interface Aside {
  readonly says: string
  readonly data?: unknown
}

/** What was too long for the entry, which holds its digest: checked against that. */
async function blobText(source: LedgerSource, digest: string): Promise<Aside> {
  if (digest === '') return { says: '' }
  const bytes = await source.blob(digest)
  if (bytes === undefined) return { says: 'It was long, lay beside the ledger, and was erased.' }
  if (hex(await sha256(bytes)) !== digest) return { says: 'It lies beside the ledger, and is not what was recorded.' }
  return {
    says: 'It is long and lies beside the ledger; its digest is the recorded one.',
    data: JSON.parse(textOf(bytes) ?? 'null'),
  }
}

interface SaveProps {
  readonly name: string
  text(): string
  readonly children: string
}

function Save({ name, text, children }: SaveProps) {
  const save = (): void => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text()], { type: 'application/json' }))
    link.download = name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  return (
    <button type="button" class="quiet" onClick={save}>
      {children}
    </button>
  )
}
