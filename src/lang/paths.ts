import { isAbsolute, join, resolve } from 'node:path'
import { type Field, joinFields, known } from './field.ts'

/** `D:\\x` and `D:/x`, as shells on Windows spell them: `/d/x`. */
export function posix(path: string): string {
  const drive = /^([A-Za-z]):[\\/]/.exec(path)?.[1]
  return drive === undefined ? path : `/${drive.toLowerCase()}/${path.slice(3).replaceAll('\\', '/')}`
}

/**
 * `path` seen from `folder`. A `..` behind a name stays: the kernel follows a link before it goes up, so only a look
 * at the disk tells where that leads.
 */
export function under(folder: Field, named: Field): Field {
  const path = { ...named, text: posix(named.text) }
  if (isAbsolute(path.text) || (path.text === '' && path.unknown !== undefined && path.unknown.shape === 'text'))
    return path
  if (folder.unknown !== undefined)
    return path.unknown !== undefined || path.glob ? folder : joinFields(folder, known(`/${path.text}`))
  const plain = path.unknown === undefined && !path.text.includes('..')
  // `resolve` would put a relative folder where this process stands, which means nothing to a call.
  const inside = isAbsolute(folder.text) ? resolve : join
  return { ...path, text: plain ? inside(folder.text, path.text) : `${folder.text}/${path.text}` }
}

/** Without the `..` that go up from a real folder by name; links are not looked at. */
export function logical(path: Field): Field {
  return path.unknown === undefined && isAbsolute(path.text) ? { ...path, text: resolve(path.text) } : path
}
