import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { loadBuiltIn } from '../src/root/assemble.ts'
import { files } from './source.ts'
import { buildWeb } from './web.ts'

/**
 * Builds `dist/`: all that runs in one folder, libraries included, so that a package is what was tested and installs
 * nothing else. A file of `src/` that is no code keeps its place in it.
 */

const WASM = 'node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const { libraries } = await buildWeb()
for (const entry of readdirSync(dist)) if (entry !== 'web') rmSync(join(dist, entry), { recursive: true, force: true })

/**
 * By `import`, Node reads every export of a module of its own at once, and with some of them loads what nobody asked
 * for: with `node:http` a whole client for the web, which takes longer than all the rest of a short command.
 */
const nodesOwn: Plugin = {
  name: 'nodes-own',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'node' } : undefined,
    )
    onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({ contents: onlyWhatIsUsed(path), loader: 'js' }))
  },
}

/** Each export by itself, so that those nobody imports are left out; as one object, all would be copied for each importer. */
function onlyWhatIsUsed(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(
    (name) => /^\w+$/.test(name) && name !== 'default',
  )
  const each = names.map(
    (name, at) => `const _${at} = /* @__PURE__ */ (() => own.${name})()\nexport { _${at} as ${name} }`,
  )
  return [`const own = process.getBuiltinModule('${path}')`, 'export default own', ...each].join('\n')
}

/** The guard has a bundle of its own: its start is read from a few files, with nothing in them for other commands. */
const GUARD = 'src/root/serve.ts'
const guardApart: Plugin = {
  name: 'guard-apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/serve\.ts$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === join(root, GUARD) ? { path: './serve.js', external: true } : undefined,
    )
  },
}
const [commands, guard] = await Promise.all([
  bundle('src/start.ts', [guardApart, nodesOwn]),
  bundle(GUARD, [nodesOwn], { chunkNames: 'serve-[name]-[hash]' }),
])

async function bundle(
  entry: string,
  plugins: Plugin[],
  more: Pick<BuildOptions, 'chunkNames'> = {},
): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    plugins,
    // CommonJS libraries look for this.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)",
    },
    ...more,
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}

copy(join(root, WASM), join(dist, 'cedar_wasm_bg.wasm'))
for (const path of files(join(root, 'src'), /(?<!\.ts)$/)) copy(path, join(dist, relative(join(root, 'src'), path)))
writeFileSync(join(dist, 'LICENSES.txt'), licences([commands, guard], libraries))
const { hash, rules } = loadBuiltIn()
writeFileSync(join(dist, 'rules.json'), JSON.stringify({ hash, rules }))

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

/** The terms of every library in the bundle, as their authors ask. */
function licences(bundles: readonly Metafile[], page: readonly string[]): string {
  const folders = bundles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0])
  const all = new Set([...page, ...folders.filter((folder) => folder !== undefined)])
  return [...all]
    .sort()
    .map((folder) => licence(folder))
    .join('\n')
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}\n`
}
