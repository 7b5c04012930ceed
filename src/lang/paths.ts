import { isAbsolute, resolve } from 'node:path'
import { type Field, joinFields, known } from './field.ts'

/** `D:\\x` and `D:/x`, as shells on Windows spell them: `/d/x`. */
export function posix(path: string): string {
  const drive = /^([A-Za-z]):[\\/]/.exec(path)?.[1]
  return drive === undefined ? path : `/${drive.toLowerCase()}/${path.slice(3).replaceAll('\\', '/')}`
}

/** `path` seen from `folder`. */
export function under(folder: Field, named: Field): Field {
  const path = { ...named, text: posix(named.text) }
  if (isAbsolute(path.text) || (path.text === '' && path.unknown !== undefined && path.unknown.shape === 'text'))
    return path
  if (path.unknown !== undefined || path.glob)
    return folder.unknown === undefined ? { ...path, text: `${folder.text}/${path.text}` } : folder
  return folder.unknown === undefined
    ? known(resolve(folder.text, path.text))
    : joinFields(folder, known(`/${path.text}`))
}
