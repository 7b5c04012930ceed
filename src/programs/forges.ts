import type { Trait, Verb } from '../core/effect.ts'
import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Family, Program, Touch } from './grammar.ts'
import { object, path, run } from './touch.ts'
import { meaningOf } from './verbs.ts'

const READS: Program = {}
const TOKEN = { where: 'host', traits: ['secret'] } as const
const OPTIONS =
  '-R,--repo=data --hostname=data -t,--title=data -b,--body=data -F,--body-file=read -l,--label=data -a,--assignee=data -m,--milestone=data -B,--base=data -H,--head=data --json=data -q,--jq=data --template=data -L,--limit=data -s,--state=data -S,--search=data -n,--name=data -r,--reviewer=data -p,--project=data -w,--workflow=data --ref=data -o,--org=data -e,--env=data -u,--user=data -j,--job=data --log --log-failed --web --draft -d -f,--field=data --branch=data --commit=data -c,--comment=data --notes=data --notes-file=read --target=data --description=data'

export const FORGES: Family = {
  gh: {
    options: OPTIONS,
    verbs: {
      'status browse search help version completion attestation ruleset licenses accessibility preview -': READS,
      api: api('github'),
      auth: {
        verbs: {
          status: {
            options: '-t,--show-token',
            touches: (args) => (has(args, '-t') ? [object('read', ['github', 'token'], known(''), TOKEN)] : []),
          },
          token: {
            touches: () => [object('read', ['github', 'token'], known(''), TOKEN)],
          },
          '*': { object: 'update login host' },
          '-': READS,
        },
      },
      'pr issue discussion': {
        touches: (args, line) => group({ system: 'github', type: line.name, adds: ADDS }, args),
      },
      'release repo secret variable workflow run ssh-key gpg-key cache label ruleset-edit project codespace cs org gist':
        { touches: (args, line) => group({ system: 'github', type: line.name, adds: NOTHING }, args) },
      'alias config extension ext': {
        verbs: {
          'list ls search get browse -': READS,
          exec: { operands: 'command' },
          '*': { object: 'update setting host U2' },
        },
      },
      co: READS,
      copilot: READS,
      '*': {
        touches: (args, line) => [
          run([known(`gh-${literal(args.operands[0] ?? known('')) ?? ''}`), ...line.args.slice(1)]),
        ],
      },
    },
  },
  glab: {
    options: OPTIONS,
    verbs: {
      'help version completion check-update user-events -': READS,
      api: api('gitlab'),
      auth: { verbs: { status: READS, '*': { object: 'update login host' } } },
      'mr issue incident': { touches: (args, line) => group({ system: 'gitlab', type: line.name, adds: ADDS }, args) },
      'alias config': { verbs: { 'list get': READS, '*': { object: 'update setting host U2' } } },
      '*': {
        touches: (args) => {
          const [type, ...operands] = args.operands
          return group({ system: 'gitlab', type: type?.text ?? '', adds: NOTHING }, { ...args, operands })
        },
      },
    },
  },
  'tea fj berg': { depth: 1, system: 'gitea' },
  'jira linear-cli acli trello asana notion-cli slack-cli': { depth: 'deep', system: 'tracker' },
}

/** What adds to the workspace's own forge and can be closed or edited again. */
const ADDS =
  /^(?:create|new|comment|note|edit|update|review|ready|draft|reopen|close|checkout|assign|label|subscribe|unsubscribe|develop|pin|unpin|for|todo|approve|revoke|rebase)$/
const NOTHING = /^$/
const GROUP_READS =
  /^(?:list|ls|view|show|status|checks|diff|browse|checkout|co|watch|download|get|clone|ports|logs|issues|trace|lint|code|ssh|jupyter|stop|verify|verify-asset|field-list|item-list|gitignore|license|autolink-list|board|contributors|search|artifact)$/

/** A group of a forge's commands; what `adds` matches can be closed or edited again. */
interface Group {
  readonly system: string
  readonly type: string
  readonly adds: RegExp
}

/** The verb of a group: `pr create`, `release delete`. */
function group({ system, type, adds }: Group, args: Arguments): readonly Touch[] {
  const [verb, ...rest] = args.operands
  const word = verb === undefined ? '' : literal(verb)
  if (word === undefined) return [{ kind: 'opaque', why: `which command of \`${type}\` this is can't be resolved` }]
  if (word === '' || word === 'help') return []
  if (GROUP_READS.test(word))
    return /^clone$/.test(word) && rest[0] !== undefined
      ? [path('create', rest[1] ?? repository(rest[0]), { tree: true })]
      : []
  const traits: readonly Trait[] = adds.test(word) ? ['forge'] : ['forge', 'shared']
  const found: Verb = meaningOf(word)?.verb ?? 'update'
  const changes = found === 'read' ? 'update' : found
  return [
    object(changes, [system, type], rest[0] ?? value(args, '-t') ?? value(args, '-n'), {
      where: 'remote',
      traits,
      why: word,
    }),
  ]
}

function repository(field: Field): Field {
  return { ...field, text: field.text.replace(/^.*\//, '').replace(/\.git$/, '') }
}

/** GET unless a field or a method says else; a GraphQL query reads unless it is a mutation. */
function api(system: string): Program {
  return {
    options:
      '-X,--method=data -f,--raw-field=data -F,--field=data --form=data --input=read -H,--header=data -q,--jq=data -t,--template=data -p,--preview=data --cache=data --hostname=data --paginate --slurp -i,--include --silent --verbose --output=data',
    touches: (args) => {
      const endpoint = args.operands[0]
      const fields = [...(args.values.get('-f') ?? []), ...(args.values.get('-F') ?? [])]
      const method =
        value(args, '-X')?.text.toUpperCase() ?? (fields.length > 0 || has(args, '--input', '--form') ? 'POST' : 'GET')
      if (endpoint?.text === 'graphql') {
        const query = fields.find((field) => field.text.startsWith('query='))
        const mutates =
          query === undefined
            ? has(args, '--input')
            : /^query=\s*(?:#[^\n]*\n\s*)*mutation\b/.test(query.text) ||
              (query.unknown !== undefined && query.text === 'query=')
        return mutates
          ? [object('update', [system, 'graphql'], endpoint, { where: 'remote', traits: ['forge', 'shared'] })]
          : []
      }
      if (/^(?:GET|HEAD)$/.test(method)) return []
      const adds =
        method === 'POST' &&
        /\/(?:comments|reviews|replies|reactions|issues|pulls|notes|merge_requests|labels)$/.test(endpoint?.text ?? '')
      return [
        object(method === 'DELETE' ? 'delete' : method === 'POST' ? 'create' : 'update', [system, 'api'], endpoint, {
          where: 'remote',
          traits: adds ? ['forge'] : ['forge', 'shared'],
        }),
      ]
    },
  }
}
