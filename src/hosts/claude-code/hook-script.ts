import { quoted } from '../../lang/shell/quoted.ts'
import { ANSWER_END } from './translate.ts'

/** What the shell hook is made of. */
export interface ScriptParts {
  readonly socket: string
  /** The guard's route for this host, without the server. */
  readonly route: string
  /** Starts the guard; it may return at once or stay. */
  readonly start: readonly string[]
}

/**
 * The client of a host whose HTTP hooks fail open, and what starts the guard with a session. POSIX sh and curl.
 * INVARIANT: called for an event it ends with 0 only after it has printed a whole answer of the guard to that event.
 */
export function hookScript({ socket, route, start }: ScriptParts): string {
  return `#!/bin/sh
# Interlock's hook for Claude Code, written by 'interlock init'. Nothing runs where it can't get the guard's word.
socket=${quoted(socket)}
# The system's own curl first: the environment of a session can be changed while it runs.
PATH=/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin:$PATH

refuse() {
  echo "Interlock: nothing ran, $1. Start the guard with 'interlock serve'; see 'interlock status'." >&2
  exit 2
}

# -q: nobody's curlrc changes what is asked or of whom.
guard() {
  curl -q -s --noproxy '*' --unix-socket "$socket" "$@"
}

${starting(start)}
command -v curl >/dev/null 2>&1 || refuse 'curl is missing'
[ "$1" = start ] && start
answer=$(guard --max-time 50 -w '|%{http_code}' --data-binary @- -H 'Content-Type: application/json' -H 'Expect:' \\
  -H "X-Interlock-Entry: $CLAUDE_CODE_ENTRYPOINT" -H "X-Interlock-Agent: $AI_AGENT" \\
  -H "X-Interlock-Take-Over: $2" -H "X-Interlock-Pid: $3" \\
  http://guard${route}) || refuse 'the guard could not be reached'
code=\${answer##*|}
answer=\${answer%|*}
# The end can't stand inside a string of the answer: what has it is whole.
case $1$code$answer in
  'PreToolUse200{"hookSpecificOutput":{"hookEventName":"PreToolUse"'*'}'*'${ANSWER_END}' | \\
    'ConfigChange200{"decision":"block"'*'${ANSWER_END}' | 'ConfigChange200{${ANSWER_END}')
    printf '%s' "$answer" && exit 0
    ;;
esac
[ "$code" = 200 ] || refuse "the guard answered with status $code"
refuse "the guard's answer was not understood"
`
}

/** What starts the guard with a session, and tells the person what would keep calls from it. */
function starting(command: readonly string[]): string {
  return `alive() {
  guard --max-time 2 -o /dev/null http://guard/
}

start() {
  if ! alive; then
    alone=nohup
    command -v setsid >/dev/null 2>&1 && alone=setsid
    cd /
    "$alone" ${command.map(quoted).join(' ')} >/dev/null 2>&1 </dev/null &
    tries=0
    until alive; do
      tries=$((tries + 1))
      [ "$tries" -lt 80 ] || tell 'the guard did not start, so no tool call will run. Try: interlock serve'
      sleep 0.1
    done
  fi
  [ -n "$HTTP_PROXY$http_proxy$HTTPS_PROXY$https_proxy" ] || exit 0
  case $NO_PROXY,$no_proxy in
    *127.0.0.1* | *'*'*) exit 0 ;;
  esac
  tell 'calls to the guard may go to your proxy and then be blocked. Put 127.0.0.1 into NO_PROXY'
}

tell() {
  echo '{"systemMessage":"Interlock: '"$1"'"}'
  exit 0
}
`
}
