import { type CodeLanguage, rows, words } from './language.ts'

export const NODE: CodeLanguage = {
  name: 'node',
  syntax: {
    comment: /\/\/[^\n\u2028\u2029]*|^#![^\n]*/y,
    blocks: [[/\/\*/y, '*/']],
    // HTML's comments are comments in scripts and operators in modules.
    unclear: /<!--/y,
    quotes: [
      { open: /["']/y, of: ([close]) => ({ close, oneLine: true }) },
      { open: /`/y, of: () => ({ close: '`', holes: 'dollar', as: 'template' }) },
      {
        open: /\/(?![*/])/y,
        value: true,
        of: () => ({ close: '/', escapes: 'none', oneLine: true, classes: true, as: 'regex' }),
      },
    ],
    word: /(?:[\p{L}\p{Nl}$_#]|\\u\{?[\da-fA-F]+\}?)(?:[\p{L}\p{N}\p{M}\p{Pc}$\u200c\u200d]|\\u\{?[\da-fA-F]+\}?)*/uy,
    spelled: (word) =>
      word.replace(/\\u\{?([\da-fA-F]+)\}?/g, (_, hex: string) =>
        String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
      ),
    keywords: words(
      'return typeof void delete throw new case do else try finally catch if while for switch default break continue const let var function class extends export debugger with',
    ),
    infix: words('in instanceof'),
  },
  prefix: words(
    'return typeof void delete throw new const let var await yield async static readonly public private protected declare export default',
  ),
  statements: { function: 'function', for: 'for', import: 'import' },
  arrows: true,
  scope: 'declared',
  concat: '+',
  aliases: rows({
    'globalThis global window self globalThis.globalThis global.global': '',
    'node:fs fs/promises node:fs/promises fs.promises fs-extra graceful-fs fs.default fs-extra.default original-fs':
      'fs',
    'node:child_process child_process.default': 'child_process',
    'node:path path.posix node:path/posix path/posix path.default': 'path',
    'node:os os.default': 'os',
    'node:http http.default': 'http',
    'node:https https.default': 'https',
    'node:net net.default': 'net',
    'node:tls': 'tls',
    'node:dgram': 'dgram',
    'node:vm vm.default': 'vm',
    'node:module': 'module',
    'node:util util.default': 'util',
    'node:worker_threads': 'worker_threads',
    'node:cluster': 'cluster',
    'node:process process.default': 'process',
    'node:sqlite': 'sqlite',
    'node:url': 'url',
    'axios.default': 'axios',
    'node-fetch node-fetch.default undici.fetch cross-fetch isomorphic-fetch ofetch.ofetch': 'fetch',
    'execa.execa execa.default': 'execa',
    'rimraf.default rimraf.rimraf rimraf.rimrafSync rimraf.sync': 'rimraf',
    'del.default del.deleteAsync del.deleteSync del.sync': 'del',
    'shelljs.default': 'shelljs',
    'zx.$': '$',
    'fast-glob.default fast-glob.sync globby.globby globby.globbySync globby.sync glob.default glob.glob glob.globSync glob.sync tinyglobby.glob tinyglobby.globSync fs.glob fs.globSync':
      'glob',
  }),
  builtins: words(
    'eval Function AsyncFunction setTimeout setInterval require import fetch Request Worker XMLHttpRequest WebSocket EventSource',
  ),
  effects: rows({
    'fs.rm fs.rmSync *.rmSync fs.rmdir fs.rmdirSync *.rmdirSync Deno.remove Deno.removeSync': 'rm',
    'fs.remove fs.removeSync fs.emptyDir fs.emptyDirSync fs.emptydir rimraf del': 'tree',
    'fs.unlink fs.unlinkSync *.unlinkSync *.unlink trash': 'delete',
    'fs.rename fs.renameSync *.renameSync Deno.rename Deno.renameSync fs.move fs.moveSync': 'move',
    'shelljs.rm': '!rm {*}',
    'shelljs.mv': '!mv {*}',
    'shelljs.cp': '!cp {*}',
    'fs.copyFile fs.copyFileSync *.copyFileSync Deno.copyFile': 'copy',
    'fs.cp fs.cpSync fs.copy fs.copySync': 'copy-tree-as',
    'fs.link fs.linkSync fs.symlink fs.symlinkSync Deno.symlink': 'read create',
    'fs.writeFile fs.writeFileSync *.writeFileSync fs.createWriteStream fs.outputFile fs.outputFileSync fs.outputJson fs.outputJsonSync fs.writeJson fs.writeJsonSync Deno.writeTextFile Deno.writeFile Deno.writeTextFileSync Bun.write':
      'create',
    'fs.appendFile fs.appendFileSync *.appendFileSync fs.truncate fs.truncateSync fs.utimes fs.utimesSync': 'update',
    'fs.mkdir fs.mkdirSync fs.mkdirp fs.ensureDir fs.ensureDirSync': 'folder',
    'fs.chmod fs.chmodSync fs.lchmod': '!chmod {1:mode} {0}',
    'fs.chown fs.chownSync fs.lchown': '!chown - {0}',
    'fs.open fs.openSync': 'open',
    'fs.readFile fs.readFileSync fs.createReadStream fs.readJson fs.readJsonSync Deno.readTextFile Deno.readFile Deno.readTextFileSync Bun.file':
      'read',
    'process.chdir shelljs.cd Deno.chdir': 'chdir',

    'child_process.exec child_process.execSync *.execSync shelljs.exec $ Bun.$ execa.command execa.execaCommand execa.commandSync execa.execaCommandSync':
      'shell',
    'child_process.spawn child_process.spawnSync *.spawnSync child_process.execFile child_process.execFileSync *.execFileSync execa execa.sync execa.execaSync cross-spawn cross-spawn.sync cross-spawn.spawn Bun.spawn Bun.spawnSync Deno.run Deno.Command':
      'spawn',
    'child_process.fork': 'script',
    'worker_threads.Worker Worker': 'worker',
    'eval vm.runInNewContext vm.runInThisContext vm.runInContext vm.Script vm.compileFunction vm.SourceTextModule *.runInThisContext *.runInNewContext module.*._compile':
      'code',
    'Function AsyncFunction GeneratorFunction ': 'body',
    '*.constructor': 'made',
    'setTimeout setInterval setImmediate': 'code-text',
    'require import': 'script-text',
    'process.binding process._linkedBinding process.dlopen': 'opaque',
    'process.kill': '!kill -s {1} {0}',

    'fetch Request axios axios.request got got.extend undici.request ky http.request https.request http.get https.get superagent request bent needle':
      'fetch',
    'axios.get axios.head got.get got.head ky.get superagent.get axios.*.get': 'get',
    'axios.post got.post ky.post superagent.post axios.*.post needle.post': 'post',
    'axios.put axios.patch got.put got.patch ky.put ky.patch superagent.put superagent.patch axios.*.put axios.*.patch':
      'put',
    'axios.delete got.delete ky.delete superagent.delete superagent.del axios.*.delete': 'del',
    'XMLHttpRequest().open': 'request',
    'net.connect net.createConnection tls.connect net.Socket().connect': 'connect',
    'WebSocket EventSource ws ws.WebSocket navigator.sendBeacon': 'connect',

    'pg.*.query postgres.*.unsafe pg-promise.*.none pg-promise.*.any pg-promise.*.query sequelize.*.query knex.*.raw typeorm.*.query @prisma/client.*.$executeRawUnsafe @prisma/client.*.$queryRawUnsafe':
      '!psql -c {0}',
    'mysql.*.query mysql2.*.query mysql2/promise.*.query mysql.*.execute mysql2.*.execute mysql2/promise.*.execute':
      '!mysql -e {0}',
    'better-sqlite3.*.exec better-sqlite3.*.prepare sqlite3.*.run sqlite3.*.exec sqlite.*.exec sqlite.*.prepare':
      '!sqlite3 {of} {0}',
    'ioredis.*.flushall redis.*.flushAll redis.*.flushall': '!redis-cli FLUSHALL',
    'ioredis.*.flushdb redis.*.flushDb redis.*.flushdb': '!redis-cli FLUSHDB',
    'aws-sdk.*.* @aws-sdk/*': 'aws',
  }),
  values: rows({
    'util.promisify String Array.from Promise.resolve Promise.all Promise.allSettled url.fileURLToPath fileURLToPath URL':
      'same()',
    'path.join': 'glue()',
    'path.resolve': 'join()',
    'path.dirname': 'parent()',
    'path.basename path.extname path.relative': 'name()',
    'path.normalize': 'same()',
    '*.join': 'separated()',
    '*.split': 'split()',
    'Object.values': 'members()',
    'Object.entries': 'named-members()',
    '*.bind': 'receiver()',
    '*.concat': 'appended()',
    'process.cwd Deno.cwd': 'here()',
    'os.homedir': 'home()',
    'process.env.HOME': 'home',
    'os.tmpdir': 'temporary-in()',
    'fs.mkdtemp fs.mkdtempSync Deno.makeTempDir Deno.makeTempFile tmp.dirSync tmp.fileSync': 'temporary()',
    'fs.readdir fs.readdirSync Deno.readDirSync': 'names()',
    glob: 'glob()',
    'process.argv Bun.argv': 'arguments-after-program',
    'Deno.args': 'arguments',
    '*.slice': 'rest()',
    '*.filter *.sort *.reverse *.flat *.trim *.toString *.values': 'receiver()',
    '*.pop *.shift *.at *.find': 'item()',
    '__filename import.meta.filename import.meta.url': 'script',
    '__dirname import.meta.dirname': 'folder',
    'process.execPath process.argv0': '=node',
    'path.sep': '=/',
    'require import *.require *.import module.createRequire() *.getBuiltinModule': 'module()',
    'Reflect.get': 'attribute()',
    'Date.now Math.random Math.floor Math.round Number parseInt process.pid crypto.randomUUID performance.now':
      'token()',
  }),
  harmless: words(
    'path util url fs os stream events lodash underscore ramda immutable moment dayjs zod yup chalk commander yargs express koa fastify hono react vue svelte jquery d3 three jsdom cheerio puppeteer playwright cypress cy jest vitest mocha chai sinon lru-cache node-cache rxjs mobx redux zustand typescript prettier eslint',
  ),
  remote: words(
    'stripe @google-cloud @azure @kubernetes @aws-sdk aws-sdk mongodb mongoose redis ioredis @elastic @elastic/elasticsearch @opensearch-project algoliasearch @algolia firebase-admin twilio @cloudflare cloudflare @octokit octokit @gitbeaker @slack @sendgrid @pinecone-database @qdrant @supabase @prisma openai dockerode cassandra-driver neo4j-driver @vercel @netlify contentful-management',
  ),
}
