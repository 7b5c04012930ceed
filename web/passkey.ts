import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'
import type { Challenge, HoldPage, Session, Signed, VoteStart } from '../src/wire/desk.ts'
import type { People } from '../src/wire/desk-people.ts'
import { desk } from './api.ts'

export async function join(code: string, name: string | undefined): Promise<Session> {
  return desk.join(code, await register(await desk.joinStart(code, name === undefined ? {} : { name })))
}

/** One more of one's own, of another device; one that one has signs it. */
export async function addPasskey(): Promise<Session> {
  const made = await register(await desk.passkeyStart())
  return desk.passkeyAdd(await sign(await desk.passkeySign(made)))
}

/** Makes a passkey. */
export async function register({ nonce, options }: Challenge): Promise<Signed> {
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  return { nonce, response: plain(await startRegistration({ optionsJSON })) }
}

export async function signIn(): Promise<Session> {
  return desk.signIn(await sign(await desk.signInStart()))
}

export async function vote(ticket: string, ballot: VoteStart): Promise<HoldPage> {
  return desk.vote(ticket, await sign(await desk.voteStart(ticket, ballot)))
}

/** A yes to what waits for two. */
export async function agree(proposal: string): Promise<People> {
  return desk.agree(proposal, await sign(await desk.agreeStart(proposal)))
}

export async function sign({ nonce, options }: Challenge): Promise<Signed> {
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  return { nonce, response: plain(await startAuthentication({ optionsJSON })) }
}

/** As it goes over the wire: absent members and none that are undefined. */
function plain(response: object): Signed['response'] {
  return JSON.parse(JSON.stringify(response))
}

/** What went wrong, to a person. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'NotAllowedError') return 'the passkey was not used: cancelled, or it took too long'
  if (error.name === 'InvalidStateError') return 'this device already has a passkey for you here'
  return error.message
}
