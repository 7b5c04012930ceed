/** An operational failure with a stable code. The message says what failed, `hint` what to do about it. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly hint: string | undefined

  constructor(code: Code, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.hint = options.hint
  }
}

/** The whole chain of causes, one message a line, outermost first. */
export function chain(error: unknown): string[] {
  const lines: string[] = []
  for (let at: unknown = error; at !== undefined && lines.length < 8; at = at instanceof Error ? at.cause : undefined)
    lines.push(at instanceof Error ? at.message : String(at))
  return lines
}

/** The whole chain in one sentence. */
export function reasonOf(error: unknown): string {
  return chain(error).join(', because ')
}

/** The code of an error of the system, `ENOENT` for one; `unknown` where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
