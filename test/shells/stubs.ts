import { chmodSync, existsSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the machine's own programs are in the sandbox; no `PATH` leads there. */
export const REAL = '/real/bin'
/** Every started program appends to it: how many arguments follow, its path, and each argument, all ended by NUL. */
export const LOG = '/log/log'

const RECORD = `printf '%s\\0' "$#" "$0" "$@" >> ${LOG}`

/** Harmless in the sandbox, so they do what they do: they start others, or pass text on. */
const ACTUAL =
  'env xargs nice nohup timeout find setsid stdbuf ionice flock taskset chrt sh bash dash zsh cat tee head tail sort uniq tr cut rev wc grep sed awk mawk base64 seq expr mktemp dirname basename realpath date printf echo test [ true false mkdir cp mv ln chmod touch readlink id run-parts time'

/** Words of one shell that another one would look for on its path; no machine has programs of these names. */
const WORDS =
  'COPROC alias bg bind break builtin bye caller case cd chdir command compgen complete compopt continue coproc declare dirs disown do done elif else emulate enable esac eval exec exit export fc fg fi float for foreach function getopts hash help history if in integer jobs let local logout mapfile nocorrect noglob popd print pushd read readarray readonly repeat return select set setopt shift shopt source suspend then times trap type typeset ulimit umask unalias unfunction unset unsetopt until wait whence while zmodload'

/** As the real one starts its command, without the rights of another user. */
const SUDO = `${RECORD}
while :; do
  case $1 in
    --) shift; break ;;
    -s|-i) shift; exec ${REAL}/env sh -c "$*" ;;
    -[ugpCDhrtTU]|--user|--group|--prompt|--chdir|--host|--role|--type|--chroot|--close-from|--other-user|--command-timeout) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
exec ${REAL}/env "$@"
`

/**
 * Fills `folder` with one program for each of `names`, which records its arguments and does nothing, and with those of
 * this machine that start other programs or pass text on, which are recorded and do what they do.
 */
export function writeStubs(folder: string, names: Iterable<string>): void {
  mkdirSync(folder, { recursive: true })
  const script = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, `#!${REAL}/dash\n${text}\n`)
    chmodSync(path, 0o755)
    return path
  }
  const plain = script('stub', RECORD)
  for (const name of ACTUAL.split(' '))
    if (existsSync(join('/usr/bin', name))) script(name, `${RECORD}\nexec ${REAL}/${name} "$@"`)
  script('sudo', SUDO)
  script('doas', SUDO)
  script('curl', `${RECORD}\necho fetched run`)
  const words = new Set(WORDS.split(' '))
  for (const name of names)
    if (/^(?!-)[\w.+@-]*[A-Za-z]/.test(name) && !words.has(name) && !existsSync(join(folder, name)))
      linkSync(plain, join(folder, name))
}
