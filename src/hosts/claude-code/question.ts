import { undoWords } from '../../core/effect.ts'
import type { CallReply, EffectLine } from '../../wire/api.ts'

/** The host shows ten rows of a reason, nine on a small terminal, wrapped at its width; what is beyond is cut. */
const ROWS = 9
const COLUMNS = 74

/** What the person reads before Yes or No: what is lost first, in rows that the host surely shows. */
export function questionText(reply: CallReply): string {
  const worst = reply.effects.toSorted((a, b) => b.undo.localeCompare(a.undo))
  const lost = worst.filter(({ undo, verb }) => undo === 'U4' && verb !== 'read')
  const last = [`Yes runs it this once. Interlock, ${reply.rule}, ${reply.receipt}`]
  const first = lost.length > 0 ? [`Can't be undone: ${listed(lost)}`, reply.because] : [reply.because]
  const rest = [
    ...(reply.instead === undefined ? [] : [`Instead: ${reply.instead}`]),
    ...(reply.precedents ?? []).slice(0, 1),
    ...worst.map((effect) => `${nameOf(effect)}: ${undoWords(effect.undo)}`),
  ]
  return [...within([...first, ...rest].map(plain), ROWS - rowsOf(last)), ...last.map(plain)].join('\n')
}

function listed(effects: readonly EffectLine[]): string {
  const names = effects.slice(0, 3).map(nameOf)
  return effects.length > names.length
    ? `${names.join(', ')} and ${effects.length - names.length} more`
    : names.join(', ')
}

function nameOf({ verb, resource }: EffectLine): string {
  return `${verb} ${resource.replace(/^path:/, '')}`
}

/** As many whole lines as fit; a line alone may take two rows at most. */
function within(lines: readonly string[], rows: number): string[] {
  const kept: string[] = []
  for (const line of lines) {
    const cut = widthOf(line) > 2 * COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line
    if (rowsOf([...kept, cut]) > rows) break
    kept.push(cut)
  }
  return kept
}

function rowsOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / COLUMNS)), 0)
}

/** Columns that a text takes; what may be wide is counted as wide. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2), 0)
}

/** The agent chose parts of this text: no line breaks of its own, no control, bidirectional or invisible characters. */
function plain(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')
}
