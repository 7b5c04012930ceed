import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import { drives } from './drives.ts'
import type { Arguments, CommandLine, Family, Program, Touch, Where } from './grammar.ts'
import { statements } from './sql.ts'
import { changesDatabase, sqliteTouches } from './sqlite.ts'
import { object, opaque, path, shell } from './touch.ts'

const PSQL: Program = {
  options:
    '-c,--command=data -f,--file=data -d,--dbname=data -h,--host=data -p,--port=data -U,--username=data -o,--output=write -L,--log-file=write -v,--set,--variable=data -F,--field-separator=data -R,--record-separator=data -P,--pset=data -T=data -l,--list -A,--no-align -a -b -e -E -H -n -q -s -S -t,--tuples-only -V,--version -w -W -x,--expanded -X,--no-psqlrc -z -0 -1,--single-transaction --csv',
  touches: (args, line) =>
    has(args, '-l') ? [] : client({ system: 'postgresql', text: ['-c'], file: '-f' }, args, line),
}

export const DATABASES: Family = {
  'psql pgcli ysqlsh': PSQL,
  'mysql mariadb mycli': {
    options:
      '-e,--execute=data -h,--host=data -P,--port=data -u,--user=data -p,--password=?data -D,--database=data -S,--socket=data --defaults-file=read --defaults-extra-file=read --init-command=data --pager=?shell --tee=write --delimiter=data -N -B -s -r -t -v -f -q -A -E -H -X --ssl-mode=data',
    touches: (args, line) => client({ system: 'mysql', text: ['-e', '--init-command'] }, args, line),
  },
  'sqlcmd osql': {
    options: '-Q=data -q=data -i=data -o=write -S=data -U=data -P=data -d=data -E -C -b -h=data -s=data -W -v=data',
    touches: (args, line) => client({ system: 'mssql', text: ['-Q', '-q'], file: '-i' }, args, line),
  },
  'clickhouse-client clickhouse': {
    options:
      '-q,--query=data --queries-file=data -h,--host=data --port=data -u,--user=data --password=data -d,--database=data -n,--multiquery -f,--format=data',
    touches: (args, line) => client({ system: 'clickhouse', text: ['-q'], file: '--queries-file' }, args, line),
  },
  'cqlsh ysql': {
    options: '-e,--execute=data -f,--file=data -u=data -p=data -k=data',
    touches: (args, line) => client({ system: 'cassandra', text: ['-e'], file: '-f' }, args, line),
  },
  'snowsql snow trino presto spark-sql hive beeline impala-shell': {
    options:
      '-q,--query=data -e,--execute=data -f,--file=data -i=data -d=data -s=data -u=data -w=data -a=data -r=data -o=data --server=data --catalog=data --schema=data',
    touches: (args, line) => client({ system: line.name, text: ['-q', '-e'], file: '-f' }, args, line),
  },
  'sqlite3 sqlite duckdb litecli': {
    style: 'single',
    options:
      '-cmd=data -init=data -separator=data -nullvalue=data -newline=data -c=data -s=data -f=data -readonly -batch -header -noheader -column -csv -json -line -list -html -box -markdown -table -bail -echo -stats -version -A',
    touches: sqlite,
  },
  'mongosh mongo': {
    options:
      '--eval=data -f,--file=data --host=data --port=data -u,--username=data -p,--password=data --authenticationDatabase=data --quiet --norc --nodb --tls',
    touches: mongo,
  },
  'redis-cli valkey-cli keydb-cli iredis': {
    style: 'stop',
    options:
      '-h=data -p=data -s=data -a=data -u=data -n=data -r=data -i=data -d=data -D=data --user=data --pass=data --eval=data --rdb=write --cluster --pipe --scan --pattern=data --bigkeys --memkeys --hotkeys --stat --latency --monitor --raw --no-raw --csv --json --tls --cacert=data --cert=data --key=data --no-auth-warning -c -x -X -2 -3',
    touches: redis,
  },
  'mysqladmin mariadb-admin': {
    options: '-h=data -u=data -p=?data -P=data -S=data -f,--force -i=data -c=data -r -s -v -w=?data',
    touches: ({ operands }) => admin('mysql', operands),
  },
  'pg_dump pg_dumpall mysqldump mariadb-dump mongodump mongoexport redis-dump pg_basebackup wal-g': {
    options:
      '-f,--file=write -r,--result-file=write -o,--out=write -d,--dbname=data -h=data -p=?data -U=data -u=data -t=data -n=data -F=data -j=data -Z=data -D=write -P=data',
  },
  'pg_restore mongorestore mongoimport mysqlimport pgloader': {
    options:
      '-d,--dbname=data -h=data -p=data -U=data -u=data -j=data -t=data -n=data -l,--list -c,--clean --drop -C,--create -f=write',
    dry: '-l',
    touches: (args) => [
      object(
        has(args, '-c', '--drop') ? 'delete' : 'update',
        ['database', 'database'],
        value(args, '-d') ?? args.operands[0],
        { where: 'remote', traits: ['stateful'] },
      ),
    ],
  },
  dropdb: {
    options: '-h=data -p=data -U=data -e -f,--force -i,--interactive -w -W --if-exists --maintenance-db=data',
    touches: ({ operands }) => [
      object('delete', ['postgresql', 'database'], operands[0], { where: 'remote', undo: 'U4', traits: ['stateful'] }),
    ],
  },
  createdb: {
    options: '-h=data -p=data -U=data -O=data -T=data -E=data -e -w -W -D=data -l=data --maintenance-db=data',
    touches: ({ operands }) => [object('create', ['postgresql', 'database'], operands[0], { where: 'remote' })],
  },
  'createuser dropuser': {
    options: '-h=data -p=data -U=data',
    touches: ({ operands }) => [object('grant', ['postgresql', 'role'], operands.at(-1), { where: 'remote' })],
  },
  'pg_isready pg_config pg_test_timing pg_controldata mysqlshow mysqlcheck tsql': {},
  'initdb pg_ctl pg_ctlcluster mysqld mysqld_safe postgres redis-server mongod': {
    options: '-D,--pgdata=data -l=write -o=data -w -t=data -m=data',
    object: 'update database-server host U2',
  },
  'pg_resetwal pg_rewind': { options: '-D=update -n', dry: '-n', object: 'delete database-log host U4 stateful' },
  influx: {
    style: 'single',
    options:
      '-execute=data -database=data -host=data -port=data -username=data -password=data -format=data -precision=data -path=read -import -ssl',
    touches: (args, line) =>
      has(args, '-execute')
        ? client({ system: 'influx', text: ['-execute'] }, args, line)
        : drives(args, { system: 'database', where: 'remote', depth: 'deep', group: '' }),
  },
  'etcdctl consul-kv zkCli.sh rqlite cockroach surreal neo4j-admin cypher-shell arangosh couchbase-cli cbq ldapmodify':
    { depth: 'deep', system: 'database' },
  'ldapsearch ldapwhoami': {},
  ldapdelete: { object: 'delete entry remote U4' },
}

interface Client {
  readonly system: string
  /** Options that take SQL. */
  readonly text: readonly string[]
  /** The option that takes a file of it. */
  readonly file?: string
}

/** A client's SQL: reads pass, the rest changes the database; what can't be read is taken to. */
function client({ system, text, file }: Client, args: Arguments, line: CommandLine): readonly Touch[] {
  const texts = text.flatMap((name) => args.values.get(name) ?? [])
  const touches = texts.flatMap((sql) => sqlTouches(system, sql, 'remote'))
  const files = file === undefined ? [] : (args.values.get(file) ?? [])
  for (const script of files)
    if (literal(script) !== '-')
      touches.push({ kind: 'script', language: 'sql', path: script, args: [] }, unread(system, args, 'SQL from a file'))
  if (texts.length === 0 && files.length === 0)
    touches.push(unread(system, args, line.piped ? 'SQL from its input' : 'a session with the database'))
  return touches
}

function unread(system: string, args: Arguments, why: string): Touch {
  return object('update', [system, 'database'], value(args, '-d') ?? args.operands[0], {
    where: 'remote',
    assumed: true,
    traits: ['stateful'],
    why,
  })
}

function sqlTouches(system: string, text: Field, where: Where): Touch[] {
  const whole = text.text + (text.unknown === undefined ? '' : ` ${text.unknown.suffix}`)
  const shellOut =
    /^\s*(?:\\!|system\s|(?:pager|\\P)\s|edit\s)\s*(.*)$|\\(?:o|out|g|gx|w|write|copy\b.*\bprogram)\s*[|']\s*([^']*)/m.exec(
      whole,
    )
  const found: Touch[] = shellOut === null ? [] : [shell(known(shellOut[1] ?? shellOut[2] ?? ''))]
  if (/\bto\s+program\b|\bfrom\s+program\b/i.test(whole)) found.push(opaque('the database server runs a program'))
  const all = statements(whole)
  for (const { verb, type, name } of all) {
    const traits = /^(?:database|table|schema|rows|data|keyspace)$/.test(type) ? (['stateful'] as const) : undefined
    found.push(object(verb, [system, type], known(name), { where, ...(traits && { traits }) }))
  }
  // With an unknown part, a statement may follow that nobody sees.
  if (text.unknown !== undefined && all.length === 0 && text.unknown.shape === 'text')
    found.push(object('update', [system, 'database'], known(''), { where, assumed: true, why: text.unknown.why }))
  return found
}

/** A database in a file: its statements change that file. */
function sqlite(args: Arguments, line: CommandLine): readonly Touch[] {
  const [file, ...texts] = args.operands
  const options = ['-cmd', '-c', '-s'].flatMap((name) => args.values.get(name) ?? [])
  const commands = [...options, ...texts]
  const piped = commands.length === 0 && line.piped
  const writes = piped || commands.some(changesDatabase)
  const scripts = ['-init', '-f'].flatMap((name) => args.values.get(name) ?? [])
  const touches: Touch[] = [
    ...commands.flatMap((text) => sqliteTouches(text)),
    ...scripts.map((script): Touch => ({ kind: 'script', language: 'sqlite', path: script, args: [] })),
    ...(piped ? [{ kind: 'stdin', language: 'sqlite' } as const] : []),
  ]
  if (file === undefined || literal(file) === ':memory:') return touches
  return [path(writes && !has(args, '-readonly') ? 'update' : 'read', file), ...touches]
}

const MONGO_READS =
  /\.(?:find|findOne|count|countDocuments|estimatedDocumentCount|distinct|aggregate|stats|getIndexes|explain|serverStatus|getCollectionNames|getCollectionInfos|status|version|hello|isMaster|getName|getMongo|adminCommand\(\s*['"{]?\s*(?:ping|listDatabases))\b/
const MONGO_WRITES =
  /\.?(?:drop|delete|remove|insert|update|replace|create|rename|bulkWrite|save|shutdown|grant|revoke|findAndModify|findOneAnd|reIndex|compact|set|runCommand|adminCommand|eval|mapReduce|fsync|kill|reconfig|initiate|stepDown|load|exec|writeFile|rm|unlink|\$out|\$merge)\w*\s*[(:]/i

function mongo(args: Arguments, line: CommandLine): readonly Touch[] {
  const texts = args.values.get('--eval') ?? []
  const database = args.operands.find((field) => !/\.js$/.test(field.text))
  const more = { where: 'remote', traits: ['stateful'] } as const
  const touches: Touch[] = args.operands
    .filter((field) => /\.js$/.test(field.text))
    .map((field) => ({ kind: 'script', language: 'node', path: field, args: [] }))
  for (const { text, unknown } of texts) {
    const whole = text + (unknown?.suffix ?? '')
    const reads = MONGO_READS.test(whole) || /^\s*(?:show |print|JSON\.stringify|db\.version)/.test(whole)
    if (MONGO_WRITES.test(whole))
      touches.push(
        object(/drop|delete|remove|shutdown/i.test(whole) ? 'delete' : 'update', ['mongodb', 'data'], database, more),
      )
    else if (!reads) touches.push(object('update', ['mongodb', 'data'], database, { ...more, assumed: true }))
  }
  if (texts.length === 0 && touches.length === 0)
    touches.push(
      object('update', ['mongodb', 'database'], database, {
        ...more,
        assumed: true,
        why: line.piped ? 'code from its input' : 'a session with the database',
      }),
    )
  return touches
}

const REDIS_READS =
  /^(?:get|mget|getrange|strlen|exists|keys|scan|sscan|hscan|zscan|type|ttl|pttl|dbsize|info|ping|echo|time|lastsave|lrange|llen|lindex|lpos|hget|hmget|hgetall|hkeys|hvals|hlen|hexists|hstrlen|smembers|sismember|scard|srandmember|sinter|sunion|sdiff|zrange\w*|zrevrange\w*|zscore|zcard|zcount|zrank|zrevrank|xrange|xrevrange|xlen|xread|xinfo|bitcount|getbit|pfcount|geopos|geodist|georadius\w*_ro|object|memory|randomkey|touch|command|role|auth|select|hello|wait|monitor|subscribe|psubscribe|latency|json\.get|ft\.search|ft\.info|ts\.range|dump)$/i
const REDIS_SUB = /^(?:config|client|cluster|slowlog|acl|script|function|module|sentinel|pubsub|debug)$/i
const REDIS_SUB_READS =
  /^(?:get|list|info|nodes|slots|shards|len|whoami|users|getuser|cat|exists|masters|slaves|replicas|master|channels|numsub|numpat|getname|id|help|keyslot|countkeysinslot|usage|doctor|stats)$/i

function redis(args: Arguments, line: CommandLine): readonly Touch[] {
  const [word, sub] = args.operands
  if (has(args, '--scan', '--bigkeys', '--memkeys', '--hotkeys', '--stat', '--latency', '--monitor', '--rdb')) return []
  const more = { where: 'remote', traits: ['stateful'] } as const
  if (word === undefined)
    return [
      object('update', ['redis', 'database'], known(''), {
        ...more,
        assumed: true,
        why: line.piped ? 'commands from its input' : 'a session with the database',
      }),
    ]
  const name = literal(word) ?? ''
  if (REDIS_READS.test(name) || (REDIS_SUB.test(name) && REDIS_SUB_READS.test(sub?.text ?? ''))) return []
  const verb = /^(?:flush|del$|unlink$|shutdown)/i.test(name) ? 'delete' : 'update'
  return [object(verb, ['redis', /^flush/i.test(name) ? 'database' : 'key'], sub, more)]
}

function admin(system: string, operands: readonly Field[]): readonly Touch[] {
  const [verb, name] = operands
  if (verb === undefined || /^(?:status|ping|version|variables|extended-status|processlist)$/.test(verb.text)) return []
  return [
    object(/^(?:drop|shutdown|kill)/.test(verb.text) ? 'delete' : 'update', [system, 'database'], name, {
      where: 'remote',
      traits: ['stateful'],
    }),
  ]
}
