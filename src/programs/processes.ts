import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'

export const PROCESSES: Family = {
  kill: { touches: (_, line) => kill(line) },
  'pkill killall skill xkill slay taskkill': {
    options:
      '-s,--signal=data -u,--euid,--user=data -U,--uid=data -t,--terminal=data -P,--parent=data -g,--pgroup=data -G,--group=data -x,--exact -f,--full -i -n -o -v -c,--count -l,--list -q -w -e -I',
    touches: (args) => (has(args, '-l', '-c') ? [] : byName(args)),
  },
  fuser: { options: '-k,--kill -n=data -s -m -v -u -i -l', touches: (args) => (has(args, '-k') ? byName(args) : []) },
  'ps pgrep pidof pstree lsof top htop btop atop vmstat iostat mpstat sar iotop nethogs ss netstat jobs fg bg wait disown pmap pwdx prtstat systemd-cgls systemd-cgtop glances sample vm_stat tload w.procps':
    {},
  renice: { operands: 'data' },
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
  return targets.map((name) => ({ kind: 'process', verb: 'delete', name, undo: 'U4' }))
}

function byName({ operands }: Arguments): readonly Touch[] {
  const names = operands.filter((field) => !/^-(?:\d+|SIG)?[A-Z0-9]+$/.test(field.text))
  return names.map((name) => ({ kind: 'process', verb: 'delete', name, undo: 'U4' }))
}
