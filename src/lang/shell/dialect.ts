import type { Word } from 'unbash'
import { isBuiltin } from './builtins.ts'

export function closes({ text, value }: Word): boolean {
  return text.endsWith('}') && text === value && !text.includes('{')
}

/** In front of a command, zsh takes it for a group unless its braces expand. */
export function opensGroup({ text }: Word): boolean {
  return /^\{.+\}$/.test(text) && !/^\{[^{}]*,[^{}]*\}$/.test(text)
}

export const DIFFER = 'shells read it in different ways'

/** Words before a command that zsh takes for its own, with how many words they are. */
export const PRECOMMANDS: ReadonlyMap<string, number> = new Map([
  ['noglob', 1],
  ['nocorrect', 1],
  ['-', 1],
  ['time', 1],
  ['!', 1],
  ['repeat', 2],
])

export function inShell(name: string): boolean {
  return isBuiltin(name) || /^(?:source|\.|exec|command|builtin)$/.test(name)
}

/** Functions that the shell calls by itself. */
export const CALLED = /^(?:command_not_found_handler?|chpwd|precmd|preexec|periodic|zshexit|zshaddhistory|TRAP[A-Z]+)$/
