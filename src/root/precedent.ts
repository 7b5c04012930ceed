import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isMap, isSeq, parse, parseDocument } from 'yaml'
import type { Agree } from '../cli/guard.ts'
import { json, line, note, paragraph } from '../cli/render.ts'
import { systemClock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { misfit } from '../core/misfit.ts'
import { EXIT } from '../core/ruling.ts'
import { run } from '../process/run.ts'
import { likenessOf } from '../report/likeness.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'
import { readRegular } from '../store/regular.ts'
import { LONGEST_FILE, type OwnLikeness, OwnPrecedent } from '../wire/precedents.ts'
import { type Env, foldersOf } from './folders.ts'
import { gitIn } from './git.ts'
import { committedPrecedents, digestOfPrecedent, FILE, readPrecedents, type Told } from './precedent-file.ts'
import { reportOn } from './report.ts'

export class PrecedentError extends CodedError<
  'precedent/no-repository' | 'precedent/unreadable' | 'precedent/invalid' | 'precedent/unknown' | 'precedent/own'
> {}

export interface Fields {
  readonly id?: string
  readonly when?: string
  readonly what?: string
  readonly cost?: string
  readonly lesson?: string
  readonly link?: string
}

interface Place {
  readonly env: Env
  readonly cwd: string
}

/** Proposes a precedent, of a receipt or of a post-mortem's file, in the repository of this folder. */
export async function addPrecedent(from: string, given: Fields, { env, cwd }: Place): Promise<number> {
  const root = await rootOf(cwd)
  const text = textOf(root)
  const known = standing(text)
  const source = from.startsWith('r-') ? await ofReceipt(from, env) : ofFile(resolve(cwd, from))
  const ids = known.map(({ precedent }) => precedent.id)
  const number = Math.max(0, ...ids.map((id) => Number(/^ORG-(\d+)$/.exec(id)?.[1] ?? 0))) + 1
  const precedent = valid({ id: `ORG-${number}`, ...source, ...given })
  if (ids.includes(precedent.id))
    throw new PrecedentError('precedent/invalid', `there is a precedent \`${precedent.id}\` already`)
  const document = parseDocument(text ?? HEAD)
  if (!isSeq(document.get('precedents'))) document.set('precedents', document.createNode([]))
  // A line for each field: who wrote which is told by lines.
  const list = document.get('precedents')
  if (isSeq(list)) list.flow = false
  document.addIn(['precedents'], precedent)
  await write(root, document.toString({ lineWidth: 0 }))
  line(`proposed  ${precedent.id}, in ${join(root, FILE)}`)
  show(precedent)
  line('Commit it. It counts when another person has reviewed it:')
  line(`  interlock precedent review ${precedent.id}`)
  return EXIT.done
}

const HEAD = `# What happened here before. Interlock shows it beside what resembles it, once another person has reviewed it:
# \`interlock precedent add\`, \`interlock precedent review\`. It lowers no ruling.
`

/** Every precedent of the repository, and whether it counts. */
export async function listPrecedents(options: { json?: boolean }, { cwd }: Place): Promise<number> {
  const root = await rootOf(cwd)
  const text = textOf(root)
  const file = text === undefined ? undefined : readPrecedents(text, [], new Set())
  const committed = await committedPrecedents(root)
  const before = committed?.kind === 'read' ? committed.told : []
  const told = (file?.kind === 'read' ? file.told : []).map((each) => asCommitted(each, before))
  if (options.json === true)
    for (const { precedent, authors, reviewedBy, unreviewed } of told)
      json({ ...precedent, authors, state: reviewedBy === undefined ? 'proposed' : 'reviewed', reviewedBy, unreviewed })
  else if (told.length === 0) note(`interlock: no precedents in \`${join(root, FILE)}\``)
  else for (const each of told) list(each)
  const faults = file?.kind === 'read' ? file.faults : file === undefined ? [] : [file.why]
  for (const fault of faults) note(`interlock: in \`${FILE}\`: ${fault}`)
  return faults.length > 0 ? EXIT.fault : EXIT.done
}

/** As it is committed, where it is, to the letter. */
function asCommitted(each: Told, before: readonly Told[]): Told {
  const same = before.find(
    ({ precedent }) =>
      JSON.stringify(precedent) === JSON.stringify(each.precedent) && precedent.id === each.precedent.id,
  )
  return same ?? { precedent: each.precedent, authors: [] }
}

function list({ precedent, authors, reviewedBy, unreviewed }: Told): void {
  const state = reviewedBy === undefined ? 'proposed' : `reviewed by ${reviewedBy}`
  const why = authors.length === 0 ? ', not committed' : unreviewed === undefined ? '' : `, ${unreviewed}`
  line(`${precedent.id}  ${state}${why}`)
  show(precedent)
}

function show({ when, what, cost, lesson, link, receipt, like }: OwnPrecedent): void {
  const resembles = Object.entries(like).map(([key, value]) => `${key} ${[value].flat().join(', ')}`)
  for (const each of [
    ...paragraph('  ', `${when}: ${what}`),
    ...(cost === undefined ? [] : paragraph('  it cost: ', cost)),
    ...paragraph('  lesson: ', lesson),
    ...(link === undefined ? [] : paragraph('  ', link)),
    ...(receipt === undefined ? [] : paragraph('  receipt ', receipt)),
    ...paragraph('  shown on: ', resembles.join('; ')),
  ])
    line(each)
}

/** A second person's word, in the file; it counts once he has committed it himself. */
export async function reviewPrecedent(id: string, { env, cwd, agree }: Place & { agree: Agree }): Promise<number> {
  const root = await rootOf(cwd)
  const text = textOf(root)
  const file = await committedPrecedents(root)
  const told = file?.kind === 'read' ? file.told.find(({ precedent }) => precedent.id === id) : undefined
  if (text === undefined || told === undefined)
    throw new PrecedentError('precedent/unknown', `no precedent \`${id}\` is committed here`, {
      hint: '`interlock precedent list` shows them; who proposes one commits it first',
    })
  const now = standing(text).find(({ precedent }) => precedent.id === id)?.precedent
  if (now === undefined || digestOfPrecedent(now) !== digestOfPrecedent(told.precedent))
    throw new PrecedentError('precedent/unknown', `\`${id}\` is not as it is committed`, { hint: 'commit it first' })
  const mail = await mailOf(root, env)
  if (told.authors.includes(mail))
    throw new PrecedentError('precedent/own', `\`${id}\` is by ${mail}, and this is ${mail} too`, {
      hint: 'another person reviews it, in his own clone',
    })
  list(told)
  if ((await agree(`Is that so, and should others be shown it? It will say that ${mail} reviewed it.`)) !== 'yes') {
    note('interlock: nothing was written; a person reviews, in a terminal')
    return EXIT.hold
  }
  const document = parseDocument(text)
  const items = document.get('precedents')
  const at = isSeq(items) ? items.items.findIndex((each) => isMap(each) && each.get('id') === id) : -1
  document.setIn(['precedents', at, 'reviewed'], digestOfPrecedent(now))
  await write(root, document.toString({ lineWidth: 0 }))
  line(`Commit it, as yourself and alone: git commit -m 'Review ${id}' ${FILE}`)
  line('Squashed into one commit with the proposal, it counts no more.')
  return EXIT.done
}

async function rootOf(cwd: string): Promise<string> {
  const root = (await gitIn(cwd, ['rev-parse', '--show-toplevel']))?.trim()
  if (root === undefined)
    throw new PrecedentError('precedent/no-repository', 'this folder is in no git repository', {
      hint: 'precedents are shared, and reviewed, in a repository',
    })
  return root
}

function textOf(root: string): string | undefined {
  const path = join(root, FILE)
  return existsSync(path) ? readRegular(path, LONGEST_FILE + 1).toString('utf8') : undefined
}

function standing(text: string | undefined): readonly Told[] {
  const file = text === undefined ? undefined : readPrecedents(text, [], new Set())
  if (file === undefined) return []
  if (file.kind === 'read') return file.told
  throw new PrecedentError('precedent/unreadable', `\`${FILE}\` can't be read: ${file.why}`, { hint: 'mend it first' })
}

async function write(root: string, text: string): Promise<void> {
  const path = join(root, FILE)
  const read = readPrecedents(text, [], new Set())
  const why = read.kind === 'unreadable' ? read.why : read.faults.join('; ')
  if (why !== '') throw new PrecedentError('precedent/invalid', `\`${FILE}\` would not fit: ${why}`)
  mkdirSync(dirname(path), { recursive: true })
  await replaceFile(nodeFiles, path, Buffer.from(text))
}

async function ofReceipt(receipt: string, env: Env): Promise<Partial<OwnPrecedent>> {
  const found = await reportOn(receipt, foldersOf(env))
  if (found.kind === 'none') throw new PrecedentError('precedent/unknown', found.why)
  const action = found.report.actions.find((each) => each.receipt === receipt)
  const like: OwnLikeness | undefined = action && likenessOf(action.effects)
  return { receipt, when: (action?.at ?? '').slice(0, 10), ...(like && { like }) }
}

/** A post-mortem as YAML, with the fields of a precedent. */
function ofFile(path: string): Partial<OwnPrecedent> {
  try {
    const value: unknown = parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('it has no fields')
    // A review is another person's, and is made here.
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'reviewed'))
  } catch (cause) {
    throw new PrecedentError('precedent/unreadable', `\`${path}\` can't be read as a post-mortem`, {
      cause,
      hint: 'it is YAML with `when`, `what`, `lesson`, `like`, and, where there are some, `cost` and `link`',
    })
  }
}

function valid(fields: object): OwnPrecedent {
  const parsed = OwnPrecedent.safeParse({ when: today(), ...fields })
  if (parsed.success) return parsed.data
  throw new PrecedentError('precedent/invalid', `it does not fit: ${misfit(parsed.error, 'it')}`, {
    hint: 'name it as an option, as in `--lesson "…"`, or in the file',
  })
}

function today(): string {
  return new Date(systemClock.now()).toISOString().slice(0, 10)
}

/** Who would commit here, by his own git settings. */
async function mailOf(root: string, env: Env): Promise<string> {
  const own = Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined)
  const options = { cwd: root, env: Object.fromEntries(own), timeoutMs: 10_000, maxBytes: 1 << 16 }
  const { stdout } = await run('git', ['var', 'GIT_AUTHOR_IDENT'], options)
  return /<[^>]*>/.exec(stdout)?.[0].toLowerCase() ?? ''
}
