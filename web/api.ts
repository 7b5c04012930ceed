import { type DeskClient, deskClientOf } from '../src/wire/desk-client.ts'
import { askerOf } from './ask.ts'
import { ledgerAt } from './ledger/source.ts'

const ask = askerOf('the desk')

export const ledger = ledgerAt(ask, 'the desk')

export const desk: DeskClient = deskClientOf(ask)
