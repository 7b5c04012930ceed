import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { codeOf } from '../core/errors.ts'

export interface WebFile {
  readonly bytes: Uint8Array
  readonly type: string
  /** Its name holds a hash of its content. */
  readonly isHashed: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** The files of the page as they were built. A path that is no file of it is one of the page's own: `index`. */
export function webFiles(folder: string, index: string): (path: string) => Promise<WebFile> {
  const page = async (): Promise<WebFile> => ({
    bytes: await readFile(join(folder, index)),
    type: TYPES['.html'] ?? '',
    isHashed: false,
  })
  return async (path) => {
    // A leading slash keeps `..` inside; what a path has encoded stays as it is, and no file of ours is named so.
    const name = normalize(`/${path}`)
    const type = TYPES[extname(name)]
    if (type === undefined || name.includes('\0')) return await page()
    try {
      return { bytes: await readFile(join(folder, name)), type, isHashed: name.startsWith('/assets/') }
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) throw error
      return await page()
    }
  }
}
