import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkpointText,
  newSigningKey,
  openNote,
  parseCheckpoint,
  parseSigningKey,
  parseVerifierKey,
  signNote,
} from '../../src/ledger/note.ts'

/** The examples of c2sp.org/signed-note and of Go's note package. */
const EXAMPLES = [
  {
    vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    text: 'This is an example message.\n',
    signature:
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  },
  {
    vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
    signature:
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
  },
]

function verifier(vkey: string): NonNullable<ReturnType<typeof parseVerifierKey>> {
  const key = parseVerifierKey(vkey)
  if (key === undefined) throw new Error(`not a key: ${vkey}`)
  return key
}

function signer(): NonNullable<ReturnType<typeof parseSigningKey>> {
  const key = parseSigningKey(newSigningKey('interlock/test'))
  if (key === undefined) throw new Error('a new key does not parse')
  return key
}

describe('signed notes', () => {
  test.each(EXAMPLES)('the published example of $vkey opens', ({ vkey, text, signature }) => {
    expect(openNote(Buffer.from(`${text}\n${signature}`), verifier(vkey))).toEqual({ kind: 'signed', text })
  })

  test.each(EXAMPLES)('a changed text of $vkey does not', ({ vkey, text, signature }) => {
    const changed = `${text.replace('is', 'was')}\n${signature}`
    expect(openNote(Buffer.from(changed), verifier(vkey))).toEqual({ kind: 'refused', why: 'its signature is wrong' })
  })

  test('Go’s published signing key signs as Go does', () => {
    const key = parseSigningKey('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')
    const { vkey, text, signature } = EXAMPLES[1] ?? { vkey: '', text: '', signature: '' }
    expect(key?.vkey).toBe(vkey)
    expect(key && signNote(text, key)).toBe(`${text}\n${signature}`)
  })

  test('a text that holds empty lines ends at the last one', () => {
    const key = signer()
    const note = signNote('first\n\nsecond\n', key)
    expect(openNote(Buffer.from(note), verifier(key.vkey))).toEqual({ kind: 'signed', text: 'first\n\nsecond\n' })
  })

  test('signatures of unknown keys are passed over, sixteen of them too', () => {
    const key = signer()
    const others = Array.from({ length: 16 }, () => signNote('text\n', signer()).split('\n\n')[1]).join('')
    const note = signNote('text\n', key).replace('\n\n', `\n\n${others}`)
    expect(openNote(Buffer.from(note), verifier(key.vkey))).toEqual({ kind: 'signed', text: 'text\n' })
  })

  test('a bad signature of the known key voids a note that also has a good one', () => {
    const key = signer()
    const [good = '', bad = ''] = ['text\n', 'other\n'].map((text) => signNote(text, key).split('\n\n')[1])
    const note = Buffer.from(`text\n\n${good}${bad}`)
    expect(openNote(note, verifier(key.vkey))).toEqual({ kind: 'refused', why: 'its signature is wrong' })
  })

  test('no other bytes than those that were written open', () => {
    const key = signer()
    const note = Buffer.from(signNote('interlock/test\n0\n', key))
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(note)
        changed[at] = (changed[at] ?? 0) ^ flip
        expect(openNote(changed, verifier(key.vkey)).kind).toBe('refused')
      }),
      { numRuns: 2000 },
    )
  })

  test('a verifier key with one changed character is none', () => {
    const { vkey } = signer()
    for (let at = 0; at < vkey.length; at++) {
      const changed = `${vkey.slice(0, at)}${vkey[at] === 'A' ? 'B' : 'A'}${vkey.slice(at + 1)}`
      expect(parseVerifierKey(changed)).toBeUndefined()
    }
  })
})

describe('checkpoints', () => {
  const root = Buffer.alloc(32, 7)

  test('read as they were written', () => {
    const checkpoint = { origin: 'interlock/test', size: 1234, root }
    expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint)
  })

  test.each([
    ['an extension line', `interlock/test\n1\n${root.toString('base64')}\nmore\n`],
    ['a leading zero', `interlock/test\n01\n${root.toString('base64')}\n`],
    ['a size that no integer holds', `interlock/test\n9007199254740993\n${root.toString('base64')}\n`],
    ['a short root', 'interlock/test\n1\nAAAA\n'],
    ['no origin', `\n1\n${root.toString('base64')}\n`],
    ['a root whose base64 has stray bits', `interlock/test\n1\n${root.toString('base64').replace(/c=$/, 'd=')}\n`],
  ])('are refused with %s', (_, text) => {
    expect(parseCheckpoint(text)).toBeUndefined()
  })
})
