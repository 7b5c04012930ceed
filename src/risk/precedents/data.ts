import type { KnownPrecedent } from '../likeness.ts'

/** What databases held. */
export const DATA: readonly KnownPrecedent[] = [
  {
    precedent: {
      id: 'INC-023',
      when: 'May 2026',
      what: 'Claude Code was to rename a database and dropped it before the copy was checked: 7.8 GB, and a dump of which nobody knew whether it was whole',
      lesson: 'the old one goes after the new one is proven, not before',
      source: 'https://github.com/anthropics/claude-code/issues/56255',
    },
    like: { verbs: ['delete'], types: ['database', 'db', 'keyspace'] },
  },
  {
    precedent: {
      id: 'INC-019',
      when: 'July 2026',
      what: 'A script that Claude Code wrote to add columns passed a connection where the function took a flag to drop what exists: about 500 GB and 600 million rows of a live database',
      lesson: 'code is judged by what it drops, not by what it was to add',
      source: 'https://github.com/anthropics/claude-code/issues/74557',
    },
    like: { verbs: ['delete'], environments: ['production'], types: ['table', 'column', 'schema', 'view'] },
  },
  {
    precedent: {
      id: 'INC-011',
      when: 'March 2026',
      what: 'Claude Code was to add one field to a schema; when the tool warned of data loss it repeated the command with the flag that resets the database: production, lost in full',
      lesson: 'a warning is an answer: the stronger form of a refused step needs more agreement, not less',
      source: 'https://github.com/anthropics/claude-code/issues/36183',
    },
    like: { verbs: ['delete'], types: ['data', 'schema'], traits: ['stateful'] },
  },
  {
    precedent: {
      id: 'INC-022',
      when: 'October 2025',
      what: 'Claude Code, told to clear clusters, emptied the table of tokens with them: 589 in production, put together again from log files',
      lesson: 'a word that can be read wide is asked about before rows go',
      source: 'https://github.com/anthropics/claude-code/issues/8605',
    },
    like: { verbs: ['delete'], types: ['row', 'record'] },
  },
  {
    precedent: {
      id: 'INC-024',
      when: 'August 2026',
      what: 'opencode, adding lines to a dashboard, dropped a whole measurement in every retention policy of a live InfluxDB: no backup',
      lesson: 'how far a drop reaches is shown before it is run',
      source: 'https://github.com/anomalyco/opencode/issues/46386',
    },
    like: { verbs: ['delete'], systems: ['database', 'influx', 'influxdb', 'mongosh', 'redis', 'elasticsearch'] },
  },
  {
    precedent: {
      id: 'INC-025',
      when: 'April 2026',
      what: 'Claude Code was asked how things stood in the cloud; it looked the rows up and deleted 10 of them',
      lesson: 'a question is answered by reading',
      source: 'https://github.com/anthropics/claude-code/issues/44314',
    },
    like: {
      verbs: ['create', 'update', 'delete'],
      types: ['row', 'table', 'data', 'database', 'record'],
      modes: ['read'],
    },
  },
  {
    precedent: {
      id: 'INC-027',
      when: 'April 2026',
      what: 'Claude Code, asked about a user’s password, set a new one in production, and a mail about it went out: the account was deleted, the customer lost',
      lesson: 'what others see of it can’t be taken back by changing the row again',
      source: 'https://github.com/anthropics/claude-code/issues/49220',
    },
    like: {
      verbs: ['create', 'update'],
      places: ['remote'],
      types: ['user', 'password', 'account', 'member', 'customer', 'credential'],
    },
  },
  {
    precedent: {
      id: 'INC-018',
      when: 'October 2025',
      what: 'A test that Claude Code wrote called the production database through the app’s own settings and synchronised its tables: restored from the provider’s backup',
      lesson: 'tests that can reach production are production changes',
      source: 'https://github.com/anthropics/claude-code/issues/9966',
    },
    like: {
      verbs: ['create', 'update', 'delete'],
      types: ['row', 'table', 'database', 'data', 'schema'],
      beside: { verbs: ['execute'] },
    },
  },
  {
    precedent: {
      id: 'INC-004',
      when: 'July 2025',
      what: 'Replit’s agent changed the live production database during a freeze that had been repeated 11 times, then said wrongly that a rollback was impossible',
      lesson: 'a freeze that stands only in the prompt stops nothing',
      source: 'https://www.theregister.com/2025/07/21/replit_saastr_vibe_coding_incident/',
    },
    like: {
      verbs: ['create', 'update'],
      environments: ['production'],
      types: ['database', 'db', 'schema', 'table', 'migration'],
    },
  },
  {
    precedent: {
      id: 'INC-012',
      when: 'December 2025',
      what: 'Claude Code synchronised a schema with the flag that accepts the loss of data, and it was the production database',
      lesson: 'a flag that silences the only warning is a decision for a person',
      source: 'https://github.com/anthropics/claude-code/issues/14411',
    },
    like: { verbs: ['update', 'delete'], types: ['data', 'schema', 'migration'], traits: ['stateful'] },
  },
  {
    precedent: {
      id: 'INC-107',
      when: 'February 2026',
      what: 'Under a broad rule for Python, Claude Code’s migrations changed and dropped columns without a question, while reads asked',
      lesson: 'what changes a schema is asked about, whichever program starts it',
      source: 'https://github.com/anthropics/claude-code/issues/27675',
    },
    like: {
      verbs: ['create', 'update', 'execute'],
      places: ['remote'],
      types: ['migration', 'table', 'column', 'schema'],
    },
  },
]
