import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from '../../core/errors.ts'

/** A file that is longer is not read, and counts as one that could answer. */
const LONGEST = 1024 * 1024
const MOST_NAMES = 20_000

/**
 * What else could answer the host's question in the person's place: a hook on PermissionRequest in any settings,
 * plugin, agent or skill that the session may have loaded. Each is named by its path; what can't be known counts.
 */
export async function otherAnswerers(
  session: { readonly cwd: string; readonly transcript: string },
  managed: readonly string[],
): Promise<string[]> {
  const config = configFolder(session.transcript)
  const project = projectFolder(session)
  if (config === undefined || project === undefined) return ['a hook of a project that could not be found']
  const folders = [config, join(project, '.claude')]
  const settings = [config, ...upwards(session.cwd).map((folder) => join(folder, '.claude'))].flatMap((folder) => [
    join(folder, 'settings.json'),
    join(folder, 'settings.local.json'),
  ])
  const budget = { names: MOST_NAMES }
  const brought = await Promise.all(
    folders.flatMap((folder) => ['plugins', 'agents', 'skills'].map((name) => filesBelow(join(folder, name), budget))),
  )
  const found: string[] = budget.names < 0 ? ['one of very many plugin files'] : []
  for (const path of new Set([...settings, ...managed, ...brought.flat()]))
    if (await mayAnswer(path)) found.push(`\`${path}\``)
  return found
}

/** `<config>/projects/<slug>/<session>.jsonl`, wherever the session's configuration is kept. */
function configFolder(transcript: string): string | undefined {
  const projects = dirname(dirname(transcript))
  return projects.endsWith('/projects') ? dirname(projects) : undefined
}

/** The folder that the session was started in: the one on the way up from `cwd` whose name made the slug. */
function projectFolder({ cwd, transcript }: { readonly cwd: string; readonly transcript: string }): string | undefined {
  const slug = dirname(transcript).slice(dirname(dirname(transcript)).length + 1)
  return upwards(cwd).find((folder) => folder.replace(/[^A-Za-z0-9]/g, '-') === slug)
}

function upwards(folder: string): string[] {
  return folder === dirname(folder) ? [folder] : [folder, ...upwards(dirname(folder))]
}

async function mayAnswer(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => (isMissing(error) ? '' : undefined))
  if (text === undefined || text.length > LONGEST) return true
  if (path.endsWith('.md')) return /^hooks\b/m.test(text) || text.includes('PermissionRequest')
  // Escapes could hide the name from a search in the text.
  return text.includes('PermissionRequest') || (text.includes('\\u') && mentions(text, 'PermissionRequest'))
}

function mentions(text: string, name: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)).includes(name)
  } catch {
    // The host skips a file that isn't JSON.
    return false
  }
}

/** Manifests and frontmatter below a folder, a few levels deep. */
async function filesBelow(folder: string, budget: { names: number }, depth = 0): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    if (--budget.names < 0) return found
    const path = join(folder, name)
    if (/\.(?:json|md)$/.test(name)) found.push(path)
    else if (depth < 6 && name !== 'node_modules' && name !== '.git' && (await isFolder(path)))
      found.push(...(await filesBelow(path, budget, depth + 1)))
  }
  return found
}

/** Links are followed: plugins are often linked into place. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}
