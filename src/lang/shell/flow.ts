import type { Command, CompoundList, If, PipelineNode, SyntaxNode } from 'unbash'
import type { Scope } from './scope.ts'

/** `if`, or what is left of it from an `elif` on. */
export type Branches = Pick<If, 'clause' | 'then' | 'else'> & { readonly elif: readonly Pick<If, 'clause' | 'then'>[] }

/** What holds where something went well, and where it did not; undefined where it always goes well. */
export interface Outcome {
  readonly done: Scope
  readonly failed: Scope | undefined
}

export const FLOODS = 'an endless loop that starts work in the background and never waits for it'

/** `while true`, `while :`, `while [ 1 ]`. */
export function isEndless({ commands }: CompoundList): boolean {
  const only = commands.length === 1 ? commands[0]?.command : undefined
  return only?.type === 'Command' && /^(?:true|:|\[ \S+ \]|test \S+)$/.test(wordsOf(only).join(' '))
}

export function leavesWork({ commands }: CompoundList): boolean {
  const names = commands.map(({ command }) => (command.type === 'Command' ? wordsOf(command)[0] : ''))
  const waits =
    names.some((name) => /^(?:wait|break|exit|return|exec|fg)$/.test(name ?? '')) && !names.includes('disown')
  return commands.some(({ background }) => background === true) && !waits
}

function wordsOf(command: Command): readonly string[] {
  return [command.name?.value ?? '', ...command.args.map((word) => (word.type === 'Word' ? word.text : ''))]
}

/** It fails only where hardly anything would go on: what follows behind `&&` is taken to run. */
export function succeeds(node: SyntaxNode): boolean {
  if (node.type !== 'Command' || node.name === undefined) return false
  if (/^(?:printf|mkdir)$/.test(node.name.value) && node.args.length === 0) return false
  const names = node.args.every((arg) => arg.type !== 'Word' || /^(?:-\w+|[A-Za-z_]\w*(?:=.*)?)$/s.test(arg.text))
  if (node.name.value === 'export' && !names) return false
  const [format] = node.args
  // A number may be none.
  if (node.name.value === 'printf' && format?.type === 'Word' && /%(?![sbq%])/.test(format.text)) return false
  return /^(?:mkdir|echo|printf|export|set|true|:|umask|shopt)$/.test(node.name.value)
}

/** Nothing behind it in its list runs. */
export function leaves(node: PipelineNode): boolean {
  const command = node.type === 'BraceGroup' ? node.body.commands.at(-1)?.command : node
  return command?.type === 'Command' && ['exit', 'return', 'continue', 'break'].includes(command.name?.value ?? '')
}

/** It moves the shell, or fails. */
export function moves(node: SyntaxNode): boolean {
  return node.type === 'Command' && /^(?:cd|chdir|pushd)$/.test(node.name?.value ?? '')
}
