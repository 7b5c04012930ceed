import * as z from 'zod'

/**
 * JSON that is read without loss. The library's own schema drops a member named `__proto__`, which a host still hands
 * to its tool: what was judged and approved would be less than what runs.
 */
export const Json: z.ZodType<unknown> = z.unknown().refine(isWhole, 'a member is named `__proto__`').pipe(z.json())

/** Without recursion: a caller chooses how deep it is. */
function isWhole(value: unknown): boolean {
  let level = [value]
  while (level.length > 0) {
    const objects = level.filter((each) => each !== null && typeof each === 'object')
    if (objects.some((each) => Object.hasOwn(each, '__proto__'))) return false
    level = objects.flatMap((each): unknown[] => Object.values(each))
  }
  return true
}
