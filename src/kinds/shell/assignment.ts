import type { Draft } from '../../core/study.ts'
import type { Field } from '../../lang/field.ts'

/** Variables whose value makes the next program load or run something else. */
const LOADS = new Set([
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'LD_AUDIT',
  'DYLD_INSERT_LIBRARIES',
  'BASH_ENV',
  'ENV',
  'PROMPT_COMMAND',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'RUBYOPT',
  'TAR_OPTIONS',
  'RSYNC_RSH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_PROXY_COMMAND',
  'GIT_EXTERNAL_DIFF',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_PARAMETERS',
])
/** Variables that name a program; common tools and nothing-doers pass. */
const NAMES = new Set([
  'PAGER',
  'GIT_PAGER',
  'EDITOR',
  'VISUAL',
  'GIT_EDITOR',
  'GIT_SEQUENCE_EDITOR',
  'MANPAGER',
  'BROWSER',
  'LESSOPEN',
])
const PLAIN =
  /^(?:|cat|less|more|true|:|head|tail|vi|vim|nano|emacs|code|echo|\/bin\/true|\/bin\/cat|less -[A-Z]+|code --wait)$/

/** `NAME=value command`: what the value changes about what runs. */
export function assignmentDraft(name: string, value: Field, by: string): readonly Draft[] {
  const options =
    name === 'NODE_OPTIONS' && /--(?:require|import|loader|experimental-loader)|(?:^|\s)-r/.test(value.text)
  const program = NAMES.has(name) && (value.unknown !== undefined || !PLAIN.test(value.text))
  if (!LOADS.has(name) && !options && !program) return []
  return [
    {
      verb: 'execute',
      resource: { kind: 'anything' },
      by,
      certainty: 'opaque',
      why: `\`${name}\` makes the command run something else first`,
    },
  ]
}
