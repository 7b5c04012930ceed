import type { Json } from '../core/digest.ts'

/**
 * What a call shows of credentials is taken out before it is written anywhere. The digest is over the whole call.
 * `secrets` are values known to be some; the rest is found by its form or by the name beside it.
 */
export function redact(value: Json, secrets: readonly string[] = []): Json {
  if (typeof value === 'string') return redactText(value, secrets)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((inner) => redact(inner, secrets))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && typeof inner === 'string' ? MARK : redact(inner, secrets),
    ]),
  )
}

/** Values of an environment whose names say that they open something. */
export function secretsIn(env: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (SECRET_KEY.test(name) && value.length >= 6 ? [value] : []))
}

export const MARK = '[redacted]'
const SECRET_KEY = /pass(?:word|wd|phrase)?$|secret|token|(?:api|access|private|auth)[-_]?key|credential|authorization/i

/** A name that says what stands behind it. `max_tokens: 512` counts, and opens nothing. */
const NAME = [
  'PASS(?:WORD|WD|PHRASE)',
  '(?<![a-z])PASS(?![a-z])',
  'SECRET',
  'TOKEN(?!S["\']?\\s{0,8}[:=]\\s{0,8}\\d)',
  '(?:API|ACCESS|PRIVATE|AUTH)[-_]?KEY',
  'CREDENTIAL',
].join('|')
const VALUE = `(?:"[^"]*"?|'[^']*'?|[^\\s;&|]+)`

/**
 * Formats that announce themselves, and values behind such a name.
 * INVARIANT: no pattern looks beyond a bound without taking what it saw: an agent chooses the text, up to 256 KiB of
 * it, and waits for the answer.
 */
const PATTERNS: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|[sr]k_live_|npm_|pypi-|AIza|hf_|dop_v1_|SG\.)[\w.-]{12,}/g,
  /()\beyJ[\w-]{8,512}\.[\w-]{8,8192}\.[\w-]{8,4096}/g,
  /(\b(?:Bearer|Basic|token)\s{1,8})(?=[\w+/=.~-]{0,200}\d)[\w+/=.~-]{8,}/gi,
  /(:\/\/[^\s/:@'"]{0,256}:)[^\s/@'"]{1,1024}(?=@)/g,
  new RegExp(`((?:${NAME})[\\w-]{0,64}["']?\\s{0,8}=\\s{0,8})${VALUE}`, 'gi'),
  new RegExp(`((?:${NAME})[\\w-]{0,64}(?:["']\\s{0,8}:\\s{0,8}|:\\s{1,8}))${VALUE}`, 'gi'),
  new RegExp(`(--?(?:password|passwd|pass|token|secret|api-?key|access-?key|auth)\\s{1,8})${VALUE}`, 'gi'),
  // curl -u user:…, mysql -p…
  /(\s(?:-u|--user|--proxy-user)(?:=|\s{0,8})["']?[^\s:"']{1,256}:)[^\s"']{1,1024}/g,
  /(\bmysql(?:dump|admin)?\b[^\n;&|]{0,256}?\s-p)[^\s"']{1,256}/g,
]

function redactText(text: string, secrets: readonly string[], hidden: string[] = []): string {
  const known = secrets.reduce((so, secret) => {
    if (so.includes(secret)) hidden.push(secret)
    return so.replaceAll(secret, MARK)
  }, text)
  const hide = (found: string, before: string): string => {
    const value = found.slice(before.length)
    const after = closing(value)
    hidden.push(value.slice(0, value.length - after.length))
    return before + MARK + after
  }
  return PATTERNS.reduce((so, pattern) => so.replace(pattern, hide), known)
}

/** The quote that ends a value and was opened before it: without it, what follows would read as if it were quoted. */
function closing(value: string): string {
  const last = value.at(-1) ?? ''
  return /["']/.test(last) && value.split(last).length % 2 === 0 ? last : ''
}

/** Whether a command would lose more than values by being redacted: who reads it would not see all that it runs. */
export function hidesWhatRuns(command: string, secrets: readonly string[]): boolean {
  const hidden: string[] = []
  redactText(command, secrets, hidden)
  return hidden.some((each) => !VALUES.some((value) => value.test(each.replaceAll(MARK, 'x'))))
}

/** What a shell takes for one value and nothing else, and a key in its armour. */
const VALUES: readonly RegExp[] = [
  /^'[^']*'$/,
  /^"(?:[^"`$\\]|\\.|\$(?![({])|\$\{[\w:-]*\})*"$/s,
  /^(?:[^\s"'`$\\;&|<>()]|\\.|\$(?![({'"])|\$\{[\w:-]*\})*$/,
  /^-----BEGIN [A-Z ]+-----(?:\s+[A-Za-z0-9+/=]+)*\s+-----END [A-Z ]+-----$/,
]
