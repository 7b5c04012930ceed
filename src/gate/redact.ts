import type { Json } from '../core/digest.ts'

/** What a call shows of credentials is taken out before it is written anywhere. The digest is over the whole call. */
export function redact(value: Json): Json {
  if (typeof value === 'string') return redactText(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(redact)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && typeof inner === 'string' ? MARK : redact(inner),
    ]),
  )
}

const MARK = '[redacted]'
const SECRET_KEY = /pass(?:word|wd|phrase)?$|secret|token|api[-_]?key|credential|authorization|private[-_]?key/i

/** Formats that announce themselves, and values behind a name that says what they are. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MARK],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|rk_live_|npm_|pypi-|AIza)[\w-]{12,}/g, MARK],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, MARK],
  [/(\b(?:Bearer|Basic|token)\s+)[\w+/=.~-]{8,}/gi, `$1${MARK}`],
  [/(:\/\/[^\s/:@'"]+:)[^\s/@'"]+(?=@)/g, `$1${MARK}`],
  [
    /(\b[\w-]*(?:PASS(?:WORD|WD|PHRASE)?|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)[\w-]*\s*=\s*)(?:"[^"]*"|'[^']*'|[^\s;&|]+)/gi,
    `$1${MARK}`,
  ],
  [
    /(--?(?:password|passwd|pass|token|secret|api-?key|access-?key|auth)(?:=|\s+))(?:"[^"]*"|'[^']*'|[^\s;&|]+)/gi,
    `$1${MARK}`,
  ],
]

function redactText(text: string): string {
  return PATTERNS.reduce((so, [pattern, mark]) => so.replace(pattern, mark), text)
}
