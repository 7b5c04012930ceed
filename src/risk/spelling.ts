const PLAIN = /^[a-z\d/._-]*$/
const ENDS_IN_DOT = /\.(?:\/|$)/
/** What `git` protects its own folder from: NTFS knows it under a short name, too. */
const SHORT = /^git~\d$/

/**
 * The path that file systems may take this one for: some fold case and composed letters, some pass over what can't be
 * seen, some drop dots and blanks at the end of a name and read `name::$STREAM` as the name.
 */
export function folded(path: string): string {
  if (PLAIN.test(path) && !ENDS_IN_DOT.test(path)) return path
  return path
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .split('/')
    .map(name)
    .join('/')
}

function name(segment: string): string {
  if (/^\.{0,2}$|[*?[]/.test(segment)) return segment
  const plain = segment.replace(/::?\$[\w:$]*$/, '').replace(/[. ]+$/, '')
  return SHORT.test(plain) ? '.git' : plain
}
