import { known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Family, Touch } from './grammar.ts'
import { drive, OWN, READS } from './shape.ts'
import { storage } from './storage.ts'
import { object, opaque } from './touch.ts'

export const CLOUDS: Family = {
  aws: drive(
    ['aws', 1],
    '--profile=data --region=data --output=data --query=data --endpoint-url=data --cli-input-json=data --cli-read-timeout=data --cli-connect-timeout=data --ca-bundle=data --color=data --no-cli-pager --no-paginate --no-sign-request --recursive --force --dryrun --no-verify-ssl --debug',
    {
      s3: {
        touches: s3,
        options:
          '--exclude=data --include=data --acl=data --storage-class=data --sse=?data --expires-in=data --recursive --dryrun --delete --quiet --force --only-show-errors',
        dry: '--dryrun',
      },
      configure: {
        verbs: {
          'list list-profiles get': READS,
          'export-credentials': { object: 'read credentials host secret' },
          '* -': OWN,
        },
      },
      'sso login logout': OWN,
      logs: { depth: 0, loose: true, verbs: { 'tail start-live-tail': READS } },
      sts: {
        depth: 0,
        loose: true,
        verbs: { 'get-caller-identity get-access-key-info decode-authorization-message': READS },
      },
      cloudformation: {
        depth: 0,
        loose: true,
        verbs: {
          deploy: {
            loose: true,
            touches: (args) =>
              has(args, '--no-execute-changeset')
                ? []
                : [object('update', ['aws', 'stack'], value(args, '--stack-name'), { where: 'remote' })],
          },
          'package validate-template estimate-template-cost detect-stack-drift': READS,
        },
      },
    },
  ),
  gcloud: drive(
    ['gcloud', 'deep'],
    '--project=data --region=data --zone=data --account=data --configuration=data --format=data --filter=data --impersonate-service-account=data --verbosity=data -q,--quiet --async',
    {
      'alpha beta': { depth: 'deep', loose: true },
      config: {
        verbs: {
          'list get get-value': READS,
          configurations: { verbs: { 'list describe': READS, '*': OWN } },
          '*': OWN,
        },
      },
      auth: { verbs: { 'list print-access-token print-identity-token describe': READS, '*': OWN } },
      'init components': { verbs: { list: READS, '* -': OWN } },
      'info version help topic cheat-sheet feedback survey docker': READS,
    },
  ),
  az: drive(
    ['azure', 'deep'],
    '--subscription=data -g,--resource-group=data --name,-n=data -o,--output=data --query=data -l,--location=data -y,--yes --only-show-errors',
    {
      'login logout configure config cloud extension upgrade interactive': OWN,
      account: {
        verbs: {
          'list show list-locations get-access-token -': READS,
          'set clear': OWN,
          '*': { object: 'update account remote' },
        },
      },
      'version find feedback rest-help': READS,
      rest: {
        options: '-m,--method=data -u,--url,--uri=data -b,--body=data --headers=data',
        touches: (args) =>
          /^(?:get|head|)$/i.test(value(args, '-m')?.text ?? '')
            ? []
            : [
                object(
                  /delete/i.test(value(args, '-m')?.text ?? '') ? 'delete' : 'update',
                  ['azure', 'api'],
                  value(args, '-u'),
                  { where: 'remote' },
                ),
              ],
      },
    },
  ),
  eksctl: drive(['aws', 0], '--region=data --profile=data -f=read', {
    'get version info': READS,
    utils: { depth: 0, loose: true },
  }),
  gsutil: { touches: gsutil, options: '-o=data -h=data -m -q -D -i=data -u=data' },
  bq: drive(['bigquery', 0], '--project_id=data --dataset_id=data --location=data --format=data', {
    'ls show head version help info wait -': READS,
    query: {
      loose: true,
      options: '--use_legacy_sql=data --nouse_legacy_sql --destination_table=data --max_rows=data',
      touches: bqQuery,
    },
  }),
}

/** `aws s3 VERB SOURCE TARGET`. */
function s3(args: Arguments): readonly Touch[] {
  const [verb, source, target] = args.operands
  const word = verb === undefined ? '' : literal(verb)
  if (word === undefined) return [opaque("which command of `aws s3` this is can't be resolved")]
  if (/^(?:ls|presign|help|)$/.test(word) || source === undefined) return []
  if (/^(?:rm|rb)$/.test(word))
    return [
      object('delete', ['aws', word === 'rb' ? 'bucket' : 'object'], source, { where: 'remote', traits: ['stateful'] }),
    ]
  if (word === 'mb') return [object('create', ['aws', 'bucket'], source, { where: 'remote' })]
  return target === undefined
    ? [object('update', ['aws', 'bucket'], source, { where: 'remote' })]
    : storage({ system: 'aws', source, target, moves: word === 'mv', deletes: has(args, '--delete') })
}

function gsutil(args: Arguments): readonly Touch[] {
  const at = args.operands.findIndex((field) => /^[a-z]+$/.test(field.text))
  const [verb, ...rest] = args.operands.slice(Math.max(at, 0))
  const word = verb?.text ?? ''
  const [source, target] = rest
  if (/^(?:ls|stat|cat|du|hash|version|help|config|test|logging|)$/.test(word) || source === undefined) return []
  if (/^(?:rm|rb)$/.test(word))
    return rest.map((field) =>
      object('delete', ['gcloud', word === 'rb' ? 'bucket' : 'object'], field, {
        where: 'remote',
        traits: ['stateful'],
      }),
    )
  if (/^(?:cp|mv|rsync)$/.test(word) && target !== undefined)
    return storage({ system: 'gcloud', source, target, moves: word === 'mv', deletes: has(args, '-d') })
  if (/^(?:iam|acl|defacl)$/.test(word))
    return /^get$/.test(source.text) ? [] : [object('grant', ['gcloud', 'policy'], rest.at(-1), { where: 'remote' })]
  return [object('update', ['gcloud', 'bucket'], source, { where: 'remote' })]
}

function bqQuery(args: Arguments): readonly Touch[] {
  const text = args.operands.map((field) => field.text).join(' ')
  const reads =
    /^\s*(?:select|with)\b/i.test(text) && !/\b(?:insert|update|delete|merge|drop|create|truncate)\b/i.test(text)
  return reads && !has(args, '--destination_table')
    ? []
    : [object('update', ['bigquery', 'table'], known(''), { where: 'remote', traits: ['stateful'] })]
}
