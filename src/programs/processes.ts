import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { CommandLine, Family, ProcessTouch, Touch } from './grammar.ts'
import { run } from './touch.ts'

export const PROCESSES: Family = {
  kill: { touches: (_, line) => kill(line) },
  'pkill killall skill xkill slay taskkill': { touches: (_, line) => named(line) },
  fuser: {
    options: '-k,--kill -n=data -s -m -v -u -i -l',
    touches: (args) => (has(args, '-k') ? args.operands.map(ended) : []),
  },
  'ps pgrep pidof pstree lsof top htop btop atop vmstat iostat mpstat sar iotop nethogs ss netstat jobs fg bg wait disown pmap pwdx prtstat systemd-cgls systemd-cgtop glances sample vm_stat tload w.procps':
    {},
  cpulimit: {
    style: 'stop',
    options: '-p,--pid=data -e,--exe=data -P,--path=data -l,--limit=data -z -i -b -f -v -m -k -q -r -c=data -s=data',
    touches: ({ operands, values }) => [
      ...(values.get('-p') ?? []).map(slowed),
      ...(operands.length > 0 ? [run(operands)] : []),
    ],
  },
  killall5: { touches: () => [ended(known('-1'))] },
  renice: {
    options: '-n,--priority=data -g,--pgrp -p,--pid -u,--user',
    touches: ({ operands, flags }) => operands.slice(flags.has('-n') ? 0 : 1).map(slowed),
  },
  'shutdown reboot poweroff halt init telinit': {
    touches: (args, line) =>
      has(args, '-c', '-k')
        ? []
        : [{ kind: 'process', verb: 'delete', name: known(`this machine: ${line.name}`), undo: 'U4' }],
  },
}

/** A job of the shell's own (`%1`) is the command's; signal 0 only asks. */
function kill({ args }: CommandLine): readonly Touch[] {
  const words = args.map(literal)
  const asks = words.some(
    (word, i) => word === '-l' || word === '-L' || word === '-0' || (word === '0' && words[i - 1] === '-s'),
  )
  if (asks) return []
  const takesSignal = /^(?:-s|-n|--signal|-q|--queue)$/
  const targets: Field[] = []
  let options = true
  for (const [i, field] of args.entries()) {
    if (takesSignal.test(args[i - 1]?.text ?? '')) continue
    if (options && literal(field) === '--') options = false
    else if (options && i === 0 && field.text.startsWith('-')) continue
    else if (options && takesSignal.test(field.text)) continue
    else if (!field.text.startsWith('%')) targets.push(field)
  }
  return targets.map(ended)
}

const TAKES_VALUE =
  /^(?:-[suUtPgGnor]|--(?:signal|euid|user|uid|terminal|parent|pgroup|group|ns|older|older-than|younger-than|queue|runstates))$/

/** `pkill -KILL NAME`: a signal in capitals looks like a bundle of options. */
function named({ args }: CommandLine): readonly Touch[] {
  const words = args.map((field) => field.text)
  if (words.some((word) => /^(?:-l|--list|-c|--count)$/.test(word))) return []
  const names = args.filter((field, i) => !field.text.startsWith('-') && !TAKES_VALUE.test(words[i - 1] ?? ''))
  // Of a whole user, group or terminal.
  if (names.length === 0 && words.some((word) => /^(?:-[uUGtgP]|--(?:euid|uid|user|group|terminal|pgroup))/.test(word)))
    return [ended(known('-1'))]
  const whole = words.some((word) => /^-[a-z]*f|^--full$/.test(word))
  return names.map((name) => ({ ...ended(name), looks: whole ? 'line' : 'name' }))
}

function ended(name: Field): ProcessTouch {
  return { kind: 'process', verb: 'delete', name, undo: 'U4' }
}

/** It goes on, but slower, or in somebody else's hands. */
export function slowed(name: Field): ProcessTouch {
  return { kind: 'process', verb: 'update', name }
}
