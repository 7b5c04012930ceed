import { beforeEach } from 'vitest'
import { newDatabase } from './database.ts'

/** Where PostgreSQL can't be had, what is made for a file is made on SQLite, and nothing of it is tested. */
const lent = await newDatabase()
beforeEach(({ skip }) => {
  if ('why' in lent) skip(lent.why)
})
