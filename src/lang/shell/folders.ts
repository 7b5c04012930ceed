import { type Field, literal } from '../field.ts'
import { logical, under } from '../paths.ts'
import { assign, folders, type Ground, type Scope, sameField, standsIn } from './scope.ts'

/** Behind `cd`: in each folder's own, and still where it was unless it is known to be there. */
export function moved(scope: Scope, target: Field, ground: Ground): Scope {
  const before = folders(scope)
  const ways = before.map((folder) => logical(under(folder, target)))
  const sure = before.every((folder, i) => isThere(ways[i] ?? target, folder, ground))
  const after = standsIn(sure ? ways : [...ways, ...before])
  const left = assign(scope, 'OLDPWD', { kind: 'scalar', any: before })
  return { ...assign(left, 'PWD', { kind: 'scalar', any: folders(after) }), ...after }
}

/** Where `cd` went well: it left all that it stood in before, if it moved at all. */
export function arrived(before: Scope, { cwd, others, ...after }: Scope): Scope {
  const old = folders(before)
  const left = others.filter((each) => !old.some((other) => sameField(each, other)))
  const at = standsIn([cwd, ...left])
  return { ...assign({ ...after, ...at }, 'PWD', { kind: 'scalar', any: folders(at) }) }
}

function isThere(target: Field, from: Field, ground: Ground): boolean {
  const [path, here] = [literal(target), literal(from)]
  if (path === undefined) return false
  const above = here !== undefined && `${here}/`.startsWith(path === '/' ? path : `${path}/`)
  return (
    above || path === ground.home || path === ground.workspace || path === ground.cwd || ground.folder?.(path) === true
  )
}
