import { expect, it } from 'vitest'
import { placeOf } from '../../src/desk/origin.ts'

it.for([
  [{ isTls: false }, { origin: 'http://localhost:4180', port: 4180, host: 'localhost' }],
  [
    { port: 5000, isTls: false },
    { origin: 'http://localhost:5000', port: 5000, host: 'localhost' },
  ],
  [
    { origin: 'http://localhost:81', isTls: false },
    { origin: 'http://localhost:81', port: 81, host: 'localhost' },
  ],
  [
    { origin: 'https://d.example', isTls: true },
    { origin: 'https://d.example', port: 443, host: undefined },
  ],
  [
    { origin: 'https://d.example:8443', isTls: true },
    { origin: 'https://d.example:8443', port: 8443, host: undefined },
  ],
  [
    { origin: 'https://d.example', isTls: false },
    { origin: 'https://d.example', port: 4180, host: '127.0.0.1' },
  ],
] as const)('stands, given %j, at %j', ([given, place]) => expect(placeOf(given)).toEqual(place))

it.for([
  ['http://desk.example', 'votes would cross a network in the clear'],
  ['http://127.0.0.1:4180', 'passkeys are made for a name'],
  ['https://192.0.2.1', 'passkeys are made for a name'],
  ['https://[::1]', 'passkeys are made for a name'],
  ['https://desk.example/', 'it is no origin'],
  ['https://desk.example/desk', 'it is no origin'],
  ['desk.example', 'it is no origin'],
  ['ftp://localhost', 'votes would cross a network in the clear'],
] as const)('does not stand at %s: %s', ([origin, why]) => {
  expect(() => placeOf({ origin, isTls: false })).toThrow(why)
})

it('does not stand where a browser would look elsewhere', () => {
  expect(() => placeOf({ origin: 'http://localhost:4180', port: 5000, isTls: false })).toThrow('port 4180')
})
