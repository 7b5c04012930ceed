import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** What starts whole programs, or kills them between two steps. */
const INTEGRATION = [
  'test/integration/**/*.test.ts',
  'test/transcripts/**/*.test.ts',
  'test/house/package.test.ts',
  'test/**/{crash,process}.test.ts',
]
/** Minutes, and agents of other makers that are brought from npm. */
const SLOW = ['test/slow/**/*.test.ts', 'test/e2e/**/*.test.ts']

/** On SQLite with the others, and on PostgreSQL once more. */
const DESK = ['test/desk/*.test.ts', 'test/postgres/*.test.ts']

declare module 'vitest' {
  export interface ProvidedContext {
    /** `-u`: transcripts are written as they went. */
    update: boolean
  }
}

export default defineConfig({
  test: {
    globalSetup: 'test/postgres/setup.ts',
    provide: { deskStore: 'sqlite', update: process.argv.includes('-u') || process.argv.includes('--update') },
    projects: [
      {
        test: {
          name: 'check',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...INTEGRATION, ...SLOW, 'test/postgres/*.test.ts'],
          testTimeout: 20_000,
          // Half the work of a process for each file: modules keep no state that a test could leave behind.
          pool: 'threads',
          isolate: false,
          maxWorkers: availableParallelism(),
        },
      },
      {
        test: {
          name: 'postgres',
          include: DESK,
          exclude: INTEGRATION,
          provide: { deskStore: 'postgres' },
          setupFiles: 'test/postgres/or-skip.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'threads',
          isolate: false,
          maxWorkers: availableParallelism(),
        },
      },
      { test: { name: 'integration', include: INTEGRATION, testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'slow', include: SLOW, testTimeout: 600_000, hookTimeout: 60_000 } },
    ],
  },
})
