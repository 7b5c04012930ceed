import { readFileSync } from 'node:fs'

export interface RulingCase {
  readonly command: string
  readonly ruling: string
  /** Empty where any will do. */
  readonly rule: string
}

/** The table of what is ruled, one case a line. */
export const rulings: readonly RulingCase[] = readFileSync(
  new URL('../corpus/shell/rulings.txt', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => !line.startsWith('# ') && line.includes('  =>  '))
  .map((line) => {
    const [command = '', ruling = '', rule = ''] = line.split(/ {2}(?:=>)? */)
    return { command: command.replaceAll('\\n', '\n'), ruling, rule }
  })
