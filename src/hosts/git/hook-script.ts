import { quoted } from '../../lang/shell/quoted.ts'

/** The hook that git runs whatever `--no-verify` says, before a person's editor opens. */
export const HOOK = 'prepare-commit-msg'
/** What stood there before, and is run first. */
export const ASIDE = `${HOOK}.before-interlock`
export const TRAILER = 'Interlock-Receipt'

const MARK = '# Installed by `interlock init`; `interlock init --remove` takes it out again.'

export function isOurs(text: string): boolean {
  return text.includes(MARK)
}

/**
 * Asks the guard which call this commit is made by, and writes its receipt into the message. Whatever goes wrong, the
 * commit goes on without: a trailer is worth less than a commit. It stands whole in the hook, so that whoever reads it
 * when a commit is judged reads all that it does. What was there before is named twice: as it lies in most
 * repositories, which can be read beforehand, and beside the hook, wherever that is.
 */
export function hookScript(socket: string): string {
  return `#!/bin/sh
${MARK}
# It adds \`${TRAILER}:\` to commits that a governed agent makes. A person's commits are left as they are.
if [ -x .git/hooks/${ASIDE} ]; then
  .git/hooks/${ASIDE} "$@" || exit
elif [ -x "\${0%/*}/${ASIDE}" ]; then
  "\${0%/*}/${ASIDE}" "$@" || exit
fi
# Without words of its own, a message is still to be written, or the commit to be given up.
sed '/^. -* >8 -*$/,$d' "$1" | grep -q '^[[:space:]]*[^#[:space:]]' || exit 0
receipt=$(curl -sf --max-time 1 --noproxy '*' --unix-socket ${quoted(socket)} "http://guard/v1/commits?process=$$") || exit 0
case $receipt in
  r-*[!0-9a-z-]* | r-) ;;
  r-*) git interpret-trailers --in-place --if-exists addIfDifferent --trailer "${TRAILER}: $receipt" "$1" ;;
esac
exit 0
`
}
