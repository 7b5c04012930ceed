import { publicKeyOf } from '../core/key.ts'
import { GrantClaims } from '../wire/desk.ts'

/** What a recorded grant says, where `key` signed it; undefined where it did not. Whether it was in time is the entry's to tell. */
export async function signedGrant(text: string, key: string): Promise<GrantClaims | undefined> {
  const { compactVerify } = await import('jose')
  try {
    const { payload } = await compactVerify(text, publicKeyOf(key), { algorithms: ['EdDSA'] })
    return GrantClaims.safeParse(JSON.parse(Buffer.from(payload).toString('utf8'))).data
  } catch {
    return undefined
  }
}
