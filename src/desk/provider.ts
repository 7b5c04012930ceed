import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { reasonOf } from '../core/errors.ts'
import { Refusal } from './desk.ts'
import { CALLBACK, type Provider } from './identity.ts'

export interface ProviderSettings {
  readonly issuer: string
  readonly client: string
  readonly secret: string
}

const TIMEOUT_S = 10

/** The authorisation code flow, with PKCE, state and nonce. */
export function providerOf({ issuer, client, secret }: ProviderSettings, origin: string): Provider {
  const server = new URL(issuer)
  let found: Promise<Configuration> | undefined
  const config = (): Promise<Configuration> => {
    const execute = server.protocol === 'http:' ? [allowInsecureRequests] : []
    found ??= discovery(server, client, undefined, ClientSecretBasic(secret), { execute, timeout: TIMEOUT_S })
    return found.catch((error: unknown) => {
      found = undefined
      throw new Refusal('desk/conflict', `${server.host} can't be asked: ${reasonOf(error)}`, { cause: error })
    })
  }
  return {
    name: server.host,
    async begin() {
      const asked = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
      const url = buildAuthorizationUrl(await config(), {
        redirect_uri: `${origin}${CALLBACK}`,
        scope: 'openid email',
        state: asked.state,
        nonce: asked.nonce,
        code_challenge: await calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
      })
      return { ...asked, url: url.href }
    },
    async end(callback, { state, nonce, verifier }) {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const tokens = await authorizationCodeGrant(await config(), callback, checks).catch((error: unknown) => {
        throw new Refusal('desk/forbidden', `${server.host} did not let you in: ${reasonOf(error)}`, { cause: error })
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Refusal('desk/forbidden', `${server.host} names nobody`)
      const { iss, sub } = claims
      // Some say the address in the token, others only when they are asked.
      const told = claims.email === undefined ? await fetchUserInfo(await config(), tokens.access_token, sub) : claims
      const { email, email_verified: isVerified } = told
      return {
        subject: `${iss} ${sub}`,
        ...(typeof email === 'string' && isVerified === true && { email: email.toLowerCase() }),
      }
    },
  }
}
