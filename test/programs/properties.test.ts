import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Field, known, show } from '../../src/lang/field.ts'
import { general } from '../../src/programs/general.ts'
import type { Family, Program, Touch } from '../../src/programs/grammar.ts'
import { touches } from '../../src/programs/lookup.ts'
import { shorthand } from '../../src/programs/shorthand.ts'
import { FAMILIES, programNamed } from '../../src/programs/table.ts'
import { commandLine } from './render.ts'

const NAMES = Object.values(FAMILIES).flatMap((family: Family) =>
  Object.keys(family).flatMap((names) => names.split(' ')),
)

const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc
    .constantFrom(
      '-c',
      '-e',
      '--',
      '-',
      '',
      '--help',
      '-exec',
      ';',
      '{}',
      '+',
      ':::',
      '=',
      '-C',
      'delete',
      'push',
      '+main',
      ':x',
      's/a/b/e',
      '/',
      '*',
      '-o',
      '@f',
      'a=b',
      'x:y',
    )
    .map(known),
  fc.string({ maxLength: 12 }).map(known),
  fc.record({
    text: fc.constantFrom('', '-', '--', '-x', '--output=', 'a/', 'https://'),
    glob: fc.boolean(),
    unknown: fc.record({
      why: fc.constant('unknown'),
      shape: fc.constantFrom('token', 'temporary', 'text'),
      suffix: fc.constantFrom('', '/x'),
    }),
  }),
)

const WRAPPERS: readonly (readonly string[])[] = [
  ['sudo'],
  ['sudo', '-u', 'me'],
  ['env'],
  ['env', '-i', 'A=1'],
  ['nice', '-n', '5'],
  ['timeout', '-k', '1', '5'],
  ['nohup'],
  ['time', '-p'],
  ['command'],
  ['exec', '-a', 'x'],
  ['stdbuf', '-oL'],
  ['setsid'],
  ['ionice', '-c3'],
  ['doas'],
  ['strace', '-f'],
  ['xvfb-run', '-a'],
  ['busybox'],
  ['bundle', 'exec'],
  ['poetry', 'run'],
  ['caffeinate', '-i'],
]

describe('what programs touch', () => {
  it('is told of any arguments without throwing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES, 'unheard-of'),
        fc.array(anyField, { maxLength: 7 }),
        fc.boolean(),
        (name, args, piped) => {
          expect(Array.isArray(touches({ name, args, piped }))).toBe(true)
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('is, for a wrapper, the very arguments that it wraps', () => {
    const argv = fc
      .array(fc.constantFrom('-rf', '/', 'x', '--force', '-', 'a b'), { maxLength: 4 })
      .map((rest) => ['rm', ...rest])
    fc.assert(
      fc.property(fc.constantFrom(...WRAPPERS), argv, ([name = '', ...options], inner) => {
        const found = touches({ name, args: [...options, ...inner].map(known), piped: false })
        const runs = found.flatMap((touch) => (touch.kind === 'run' ? [touch.argv.map(show)] : []))
        expect(runs).toEqual([inner])
      }),
    )
  })

  it('is never a bare read where an unknown program destroys something by name', () => {
    const verb = fc.constantFrom('delete', 'destroy', 'drop', 'purge', 'terminate', 'wipe', 'reset', 'erase')
    const shape = fc.constantFrom<(verb: string, name: string) => string[]>(
      (verb, name) => [verb, name],
      (verb, name) => ['thing', verb, name],
      (verb, name) => [`${verb}-thing`, '--thing-name', name],
      (verb, name) => [`things:${verb}`, name],
      (verb, name) => ['--quiet', verb, 'thing', name],
      (verb, name) => ['-p', 'profile', verb, name],
    )
    fc.assert(
      fc.property(verb, shape, fc.stringMatching(/^[a-z][a-z0-9-]{2,12}$/), (word, build, name) => {
        const found = touches({ name: 'unheard-of', args: build(word, name).map(known), piped: false })
        expect(found.some((touch) => touch.kind === 'object' && touch.verb === 'delete')).toBe(true)
      }),
    )
  })

  it('names the same object for what deletes it and for what creates it', () => {
    const pairs = [
      ['aws cloudformation delete-stack --stack-name prod', 'aws cloudformation create-stack --stack-name prod'],
      ['kubectl delete ns/prod', 'kubectl create namespace prod'],
      ['envctl delete prod', 'envctl create prod'],
      ['envctl environments:destroy prod', 'envctl environments:create prod'],
      ['gcloud sql instances delete prod', 'gcloud sql instances create prod --tier=x'],
      ['az group delete -n prod --yes', 'az group create --name prod'],
      ['heroku apps:destroy prod', 'heroku apps:create prod'],
      ['helm uninstall prod', 'helm install prod ./chart'],
    ]
    for (const [first = '', second = ''] of pairs) {
      const [gone, made] = [first, second].map((line) => objects(touches(commandLine(line))))
      expect(gone?.map((touch) => touch.verb)).toEqual(['delete'])
      expect(made?.map((touch) => touch.verb)).toEqual(['create'])
      expect(made?.map(identity)).toEqual(gone?.map(identity))
    }
  })
})

function objects(found: readonly Touch[]): readonly Extract<Touch, { kind: 'object' }>[] {
  return found.filter((touch) => touch.kind === 'object')
}

function identity(touch: Extract<Touch, { kind: 'object' }>): string {
  return `${touch.system}:${touch.type}/${show(touch.name)}`
}

describe('the general grammar, on programs taken out of the tables', () => {
  const DESTROYS = [
    'gcloud compute instances delete vm',
    'az group delete --name g',
    'aws ec2 terminate-instances --instance-ids i-1',
    'aws cloudformation delete-stack --stack-name s',
    'kubectl delete namespace prod',
    'helm delete release',
    'terraform destroy',
    'pulumi destroy',
    'cdk destroy stack',
    'flyctl apps destroy a',
    'heroku apps:destroy -a x',
    'heroku pg:reset DATABASE',
    'vault kv destroy x',
    'stripe customers delete c',
    'doctl compute droplet delete 1',
    'hcloud server delete s',
    'gh repo delete o/r',
    'glab repo delete x',
    'kafka-topics --bootstrap-server h:9092 --delete --topic t',
    'zfs destroy tank/data',
    'docker volume rm v',
    'mysqladmin drop prod',
    'rails db:drop',
    'velero backup delete b',
    'npm unpublish x',
    'etcdctl del key',
    'nats stream purge s',
    'supabase db reset',
  ]
  const READS = [
    'gcloud compute instances list',
    'az vm show -n x',
    'kubectl get pods -n prod',
    'helm status r',
    'terraform plan',
    'flyctl status',
    'heroku apps:info',
    'gh pr view 1',
    'docker ps -a',
    'vault status',
    'stripe customers list',
    'doctl account get',
    'npm ls',
    'cargo search x',
  ]
  const unknown = (line: string): readonly Touch[] => general(commandLine(line), programNamed)

  // What words alone don't say, and the tables must: each one here is a reason for its entry.
  const NEEDS_ITS_TABLE = ['npm unpublish x']

  for (const line of DESTROYS) {
    const holds = !NEEDS_ITS_TABLE.includes(line)
    it(`${holds ? 'marks' : 'misses'} \`${line}\``, () => {
      expect(unknown(line).some((touch) => touch.kind === 'object' && touch.verb === 'delete')).toBe(holds)
    })
  }
  for (const line of READS) {
    it(`lets \`${line}\` pass`, () => {
      expect(unknown(line).every((touch) => 'verb' in touch && touch.verb === 'read')).toBe(true)
    })
  }
})

describe('the tables', () => {
  it('name each program once', () => {
    expect(NAMES.filter((name, i) => NAMES.indexOf(name) !== i)).toEqual([])
  })

  it('are written in the words of the grammar', () => {
    const roles =
      /^(?:read|write|update|delete|data|url|cwd|command|program|script|load|project|code|shell|task|object)$/
    for (const program of all()) {
      for (const group of (program.options ?? '').split(' ').concat((program.before ?? '').split(' ')))
        for (const role of (group.split(/=(.*)/)[1] ?? '').replace(/[?!]/g, '').split('+'))
          if (role !== '') expect(role, `option ${group}`).toMatch(roles)
      for (const role of (program.operands ?? '').split(' '))
        if (role !== '') expect(role.replace('…', ''), program.operands).toMatch(roles)
      if (program.object === undefined) continue
      const made = shorthand(program.object)('system', known('name'), 'remote')
      expect(made.verb, program.object).toMatch(/^(?:read|create|update|delete|replace|execute|grant|disclose|spend)$/)
      for (const trait of made.traits ?? [])
        expect(trait, program.object).toMatch(/^(?:secret|startup|rebuildable|stateful|shared|forge)$/)
    }
  })
})

function all(): readonly Program[] {
  const below = (program: Program): Program[] => [program, ...Object.values(program.verbs ?? {}).flatMap(below)]
  return Object.values(FAMILIES).flatMap((family) => Object.values(family).flatMap(below))
}
