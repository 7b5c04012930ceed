/**
 * The commands that an `instead` says to run, in order: each stands behind `run`, between backquotes. This is all that
 * an agent has to know to follow it to the letter.
 */
export function commandsIn(instead: string): readonly string[] {
  return [...instead.matchAll(/\brun `([^`]+)`/g)].map((match) => match[1] ?? '')
}
