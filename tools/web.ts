import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { files } from './source.ts'

/**
 * Builds the console into `dist/web` where it isn't there yet or is of other sources. `dist/web/built.json` names the
 * sources, and the libraries that are in it.
 */

const root = join(import.meta.dirname, '..')
const out = join(root, 'dist', 'web')
const note = join(out, 'built.json')

export interface Built {
  /** SHA-256 over all that it is made of. */
  readonly sources: string
  /** Folders of the libraries in it. */
  readonly libraries: readonly string[]
}

export async function buildWeb(): Promise<Built> {
  const sources = hashSources()
  const old = lastBuilt()
  if (old?.sources === sources) return old
  // Beside its place, and then moved there: who serves it never sees half of it.
  const fresh = `${out}-${process.pid}`
  const built = { sources, libraries: await bundle(fresh) }
  writeFileSync(join(fresh, 'built.json'), JSON.stringify(built))
  rmSync(out, { recursive: true, force: true })
  renameSync(fresh, out)
  return built
}

function lastBuilt(): Built | undefined {
  return existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : undefined
}

function hashSources(): string {
  const paths = [
    ...files(join(root, 'web'), /(?<!\.md)$/),
    ...files(join(root, 'src', 'wire'), /\.ts$/),
    join(root, 'package-lock.json'),
    import.meta.filename,
  ]
  const hash = createHash('sha256')
  for (const path of paths)
    hash
      .update(`${relative(root, path)}\n`)
      .update(readFileSync(path))
      .update('\n')
  return hash.digest('hex')
}

/** The page forbids scripts and styles that stand in it, so nothing is put there. */
async function bundle(folder: string): Promise<string[]> {
  // Only here: who finds the page built already does not wait for them.
  const [{ build }, { default: tailwindcss }] = await Promise.all([import('vite'), import('@tailwindcss/vite')])
  const libraries = new Set(['node_modules/tailwindcss'])
  await build({
    root: join(root, 'web'),
    configFile: false,
    logLevel: 'warn',
    cacheDir: join(root, 'node_modules', '.cache', 'vite'),
    plugins: [
      tailwindcss(),
      {
        name: 'libraries',
        generateBundle(_options, output) {
          for (const chunk of Object.values(output))
            for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
              const library = relative(root, id).match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]
              if (library !== undefined) libraries.add(library)
            }
        },
      },
    ],
    build: {
      outDir: folder,
      rolldownOptions: { input: ['index.html', 'solo.html'].map((page) => join(root, 'web', page)) },
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      license: false,
    },
  })
  return [...libraries].sort()
}

if (import.meta.main) await buildWeb()
