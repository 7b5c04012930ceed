/** Somebody, as an identity provider knows him. */
export interface Identity {
  /** The issuer and its name for him: the same for ever. */
  readonly subject: string
  /** Where the issuer says that it is his. */
  readonly email?: string
}

/** What must come back from the provider as it went out. */
export interface Outbound {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Where people sign in with their organisation. */
export interface Provider {
  /** As people know it. */
  readonly name: string
  begin(): Promise<Outbound & { readonly url: string }>
  /** `callback`: where the browser came back to. */
  end(callback: URL, outbound: Outbound): Promise<Identity>
}

/** Where it sends them back to. */
export const CALLBACK = '/api/organisation/callback'
