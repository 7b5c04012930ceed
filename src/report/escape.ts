import { visible } from '../core/visible.ts'

/**
 * Words of agents, people and files, as Markdown that says exactly these words. INVARIANT: nothing that is put through
 * here ends the block that it stands in, begins another, or hides a character.
 */

/** In a sentence or a table's cell: one line. What has a meaning only where a line begins is escaped there. */
export function inline(text: string, most: number = MOST_INLINE): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text
  return visible(short.replace(/\r?\n/g, ' ⏎ ').replace(/\t/g, ' '))
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .trim()
    .replace(/^([#+=-]|\d{1,9}(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
}

/** Names, paths and numbers: as they are typed. */
export function code(text: string): string {
  // One line, so that no table or list ends; `visible` shows a line's end by its number.
  const shown = visible(text.length > MOST_INLINE ? `${text.slice(0, MOST_INLINE)}…` : text)
  if (shown.trim() === '') return '(empty)'
  const fence = '`'.repeat(longestRun(shown, '`') + 1)
  const padded = /^[` ]|[` ]$/.test(shown) ? ` ${shown} ` : shown
  // In a table's cell a bar ends the cell even inside of code.
  return `${fence}${padded.replaceAll('|', '\\|')}${fence}`
}

/** Many lines, as they are: a fence that is longer than any in the text. */
export function block(text: string, most: number = MOST_BLOCK): readonly string[] {
  const cut = text.length > most
  const lines = (cut ? text.slice(0, most) : text).replace(/\r\n/g, '\n').split('\n')
  const shown = lines.map((each) => visible(each.replace(/\t/g, '    ')))
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n'), '`') + 1))
  const rest = cut ? [`… and ${text.length - most} more characters, which the ledger and \`--json\` have`] : []
  return [`${fence}text`, ...shown, fence, ...rest]
}

const MOST_INLINE = 600
const MOST_BLOCK = 6_000

function longestRun(text: string, of: string): number {
  let longest = 0
  let run = 0
  for (const each of text) {
    run = each === of ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}
