/** As a schema's errors are. */
interface Misfit {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}

/** Where something does not fit first, and why; `whole` names what is wrong as a whole. */
export function misfit({ issues: [issue] }: Misfit, whole: string): string {
  return `${issue?.path.join('.') || whole}: ${issue?.message ?? 'unreadable'}`
}
