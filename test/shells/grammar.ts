import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { quoted } from '../../src/lang/shell/quoted.ts'

const REFERENCE = /<(['"]?)([a-z]+)>/

/** Texts of `grammar.txt`. */
export function shellTexts(): fc.Arbitrary<string> {
  const rules = readGrammar(readFileSync(new URL('./grammar.txt', import.meta.url), 'utf8'))
  const depth = fc.createDepthIdentifier()
  const { text } = fc.letrec<Record<string, string>>((tie) =>
    Object.fromEntries(
      [...rules].map(([name, alternatives]) => [
        name,
        alternatives.some((each) => REFERENCE.test(each))
          ? fc.oneof(
              { depthIdentifier: depth, maxDepth: 12, depthSize: 'medium' },
              ...alternatives.map((each) => sequence(each, rules, tie)),
            )
          : fc.constantFrom(...alternatives),
      ]),
    ),
  )
  if (text === undefined) throw new Error('the grammar has no rule `text`')
  return text
}

function readGrammar(source: string): ReadonlyMap<string, readonly string[]> {
  const rules = new Map<string, string[]>()
  let current: string[] = []
  for (const line of source.split('\n')) {
    const name = /^([a-z]+):$/.exec(line)?.[1]
    if (name !== undefined) {
      current = []
      rules.set(name, current)
    } else if (line.startsWith('  '))
      current.push(line.slice(2).replaceAll('␤', '\n').replaceAll('␍', '\r').replaceAll('␠', ' '))
  }
  return rules
}

function sequence(
  alternative: string,
  rules: ReadonlyMap<string, unknown>,
  tie: (name: string) => fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const parts: fc.Arbitrary<string>[] = []
  let rest = alternative
  for (let found = REFERENCE.exec(rest); found !== null; found = REFERENCE.exec(rest)) {
    const [whole, quotes, name = ''] = found
    if (!rules.has(name)) throw new Error(`the grammar has no rule \`${name}\``)
    parts.push(fc.constant(rest.slice(0, found.index)), tie(name).map(QUOTE[quotes ?? ''] ?? String))
    rest = rest.slice(found.index + whole.length)
  }
  return fc.tuple(...parts, fc.constant(rest)).map((texts) => texts.join(''))
}

const QUOTE: Readonly<Record<string, (text: string) => string>> = {
  "'": quoted,
  '"': (text) => `"${text.replace(/[\\"$`]/g, '\\$&')}"`,
}
