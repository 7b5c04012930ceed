import { type Field, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'
import { path } from './touch.ts'

const RECURSIVE =
  '-R,--recursive -f,--silent,--quiet -v,--verbose -c,--changes --reference=data --preserve-root --no-preserve-root --from=data -h,--no-dereference -H -L -P --dereference'

export const PERMISSIONS: Family = {
  chmod: { touches: (_, line) => chmod(line) },
  'chown chgrp': { options: RECURSIVE, touches: (args) => owned(args, 'update') },
  setfacl: {
    options:
      '-m,--modify=data -M,--modify-file=read -x,--remove=data -X=read --set=data --set-file=read --restore=read -b,--remove-all -k,--remove-default -n -d,--default -R,--recursive -L -P --test',
    dry: '--test',
    touches: (args) =>
      args.operands.map((field) =>
        path(has(args, '-m', '-M', '--set', '--set-file') ? 'grant' : 'update', field, tree(args)),
      ),
  },
  'chattr chflags': { options: '-R,--recursive -V -f -v=data', touches: (args) => owned(args, 'update') },
  setcap: {
    options: '-r -q -v',
    touches: (args) => args.operands.slice(has(args, '-r') ? 0 : 1).map((field) => path('grant', field)),
  },
  'xattr setfattr': {
    options: '-n,--name=data -v,--value=data -x,--remove=data -w=data -d=data -c -r -h -l',
    touches: (args) => args.operands.slice(-1).map((field) => path('update', field)),
  },
  'chcon restorecon semanage setsebool': {
    options: '-R,--recursive -t=data -u=data -r=data',
    touches: (args) => args.operands.slice(-1).map((field) => path('update', field)),
  },
  umask: {},
}

function tree(args: Arguments): { readonly tree?: true } {
  return has(args, '-R') ? { tree: true } : {}
}

/** The mode or owner comes first unless a reference gives it. */
function owned(args: Arguments, verb: 'update' | 'grant'): readonly Touch[] {
  const files = has(args, '--reference') ? args.operands : args.operands.slice(1)
  return files.map((field) => path(verb, field, tree(args)))
}

const OPTION = /^-(?:[RfvcHLP]+|-.+)$/

/** `-w` and `-x` are modes, not options. */
function chmod({ args }: CommandLine): readonly Touch[] {
  const plain: Field[] = []
  let recursive = false
  let reference = false
  let options = true
  for (const field of args) {
    if (options && literal(field) === '--') options = false
    else if (options && OPTION.test(field.text)) {
      recursive ||= /^-[^-]*R|^--rec/.test(field.text)
      reference ||= /^--ref/.test(field.text)
    } else plain.push(field)
  }
  const mode = reference ? undefined : plain[0]
  const verb = mode !== undefined && widens(mode) ? 'grant' : 'update'
  return plain.slice(reference ? 0 : 1).map((field) => path(verb, field, recursive ? { tree: true } : {}))
}

/** Others may write, or it runs with its owner's rights. */
function widens(mode: Field): boolean {
  const text = literal(mode)
  if (text === undefined) return true
  if (/^[0-7]+$/.test(text)) {
    const bits = Number.parseInt(text, 8)
    return (bits & 0o002) !== 0 || (bits & 0o6000) !== 0
  }
  return text
    .split(',')
    .some((part) => /^[ugoa]*[+=][rxXst]*s/.test(part) || /^(?:[ug]*[oa][ugoa]*)[+=][rxXst]*w/.test(part))
}
