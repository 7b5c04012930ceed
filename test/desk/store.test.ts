import { inject } from 'vitest'
import { openStore } from '../../src/desk/database.ts'
import { sqliteDatabase } from '../../src/store/sqlite.ts'
import { openPostgres } from '../postgres/database.ts'
import { storeContract } from './store-contract.ts'

const kind = inject('deskStore')
storeContract(`a store on ${kind}`, async () =>
  kind === 'postgres' ? await openPostgres() : await openStore(sqliteDatabase(':memory:')),
)
