import { styleText } from 'node:util'
import { undoWords } from '../core/effect.ts'
import type { CallReply } from '../wire/api.ts'
import type { Event } from './loop.ts'
import type { ToolCall } from './tools.ts'

/** How wide the terminal is and whether it has colours; nothing is said by colour alone. */
export interface Look {
  readonly width: number
  readonly colour: boolean
}

export type Paint = Parameters<typeof styleText>[0]

const LABEL = 11
/** The most lines of one output that a person sees; the model gets more. */
const MOST_LINES = 8

/** One event as lines for a person. */
export function show(event: Event, look: Look): readonly string[] {
  switch (event.kind) {
    case 'said':
      return ['', ...entry(event.claim ? 'claim' : 'summary', event.text, look, event.claim ? 'italic' : 'reset')]
    case 'asked':
      return asked(event.call, look)
    case 'waiting':
      return [...ruling(event.reply, look), ...entry('', `waiting for ticket ${event.ticket} …`, look, 'dim')]
    case 'answered':
      return answered(event.call, event.reply, look)
    case 'ended':
      return event.how === 'finished' ? [] : ['', ...entry('ended', `${event.how}: ${event.why}`, look, 'bold')]
  }
}

/** A label, and its text wrapped beside it. */
export function entry(label: string, text: string, look: Look, paint: Paint = 'reset'): readonly string[] {
  const room = Math.max(20, look.width - LABEL - 4)
  const lines = plain(text)
    .split('\n')
    .flatMap((line) => wrap(line, room))
  const head = tint(label.padEnd(LABEL), 'dim', look)
  return lines.map((line, i) => `  ${i === 0 && label !== '' ? head : ' '.repeat(LABEL)} ${tint(line, paint, look)}`)
}

export function tint(text: string, paint: Paint, look: Look): string {
  return look.colour && paint !== 'reset' ? styleText(paint, text, { validateStream: false }) : text
}

/** Words of a model or a program can hold terminal codes that hide or forge what a person reads. */
export function plain(text: string): string {
  return text.replaceAll('\t', '  ').replace(/[^\P{C}\n]/gu, '�')
}

function asked(call: ToolCall, look: Look): readonly string[] {
  if (call.toolName === 'shell') return entry('shell', call.input.command, look, 'bold')
  const head = entry(call.toolName, call.input.path, look, 'bold')
  if (call.toolName !== 'edit') return head
  const lines = (sign: string, text: string): string => text.replace(/^/gm, `${sign} `)
  return [
    ...head,
    ...entry('', lines('-', call.input.old), look, 'red'),
    ...entry('', lines('+', call.input.new), look, 'green'),
  ]
}

function answered(call: ToolCall, reply: CallReply, look: Look): readonly string[] {
  if (reply.outcome !== 'done' && reply.outcome !== 'failed') return ruling(reply, look)
  const { code, stdout, stderr } = reply.result ?? { code: 0, stdout: reply.text, stderr: '' }
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  const output = call.toolName === 'read' && code === 0 ? [`${lines.length} lines`] : lastOf(lines)
  if (code !== 0) output.push(`exit code ${code}`)
  const under = reply.safeguards.length === 0 ? [] : allowed(reply, look)
  return [...output.flatMap((line) => entry('', line, look, 'dim')), ...under]
}

/** The end of an output is where it says what went wrong. */
function lastOf(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines]
  return [`… ${lines.length - MOST_LINES + 1} lines more`, ...lines.slice(1 - MOST_LINES)]
}

function allowed({ safeguards, receipt }: CallReply, look: Look): readonly string[] {
  // Two cover the one that another effect of the same call asks for.
  const needed = safeguards.filter((each) => each !== 'approval×1' || !safeguards.includes('approval×2'))
  return entry('Interlock', `allowed with ${needed.join(', ')} · receipt ${receipt}`, look, 'green')
}

function ruling(reply: CallReply, look: Look): readonly string[] {
  const head = { allow: 'NOT RUN', hold: 'HELD', deny: 'DENIED' }[reply.ruling]
  const part = (name: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : entry(name, text, look)
  const { release } = reply
  return [
    ...entry('Interlock', `${head}, nothing ran: ${reply.because}`, look, 'bold'),
    ...reply.effects.slice(0, MOST_LINES).flatMap((effect, i) => {
      const words = `${effect.verb} ${effect.resource} in ${effect.place}: ${undoWords(effect.undo)}`
      return part(i === 0 ? 'effects' : '', words)
    }),
    ...(reply.precedents ?? []).flatMap((text) => part('precedent', text)),
    ...part('instead', reply.instead),
    ...part('release', release && `${release.who}, ${release.where}: ${release.how}`),
    ...part('rule', `${reply.rule} · receipt ${reply.receipt}`),
  ]
}

/** Lines of at most `room` letters; those after the first keep its indent. */
export function wrap(line: string, room: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let at = line
  while (at.length > room) {
    const space = at.lastIndexOf(' ', room)
    const cut = space > indent.length ? space : room
    lines.push(at.slice(0, cut))
    at = indent + at.slice(cut).trimStart()
  }
  return [...lines, at]
}
