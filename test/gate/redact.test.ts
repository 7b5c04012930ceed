import { describe, expect, it } from 'vitest'
import { hidesWhatRuns, redact, secretsIn } from '../../src/gate/redact.ts'
import { effortOf } from '../effort.ts'

const SECRET = 'hunter2secretvalue99'
// Put together here, so that no scanner takes this file for a leak.
const AWS = `AKIA${'IOSFODNN7EXAMPLE'}`
const GITHUB = `ghp_${'a1B2c3D4'.repeat(4)}`

describe('credentials are taken out', () => {
  it.for([
    `curl -H "Authorization: Bearer ${SECRET}" https://x.test`,
    `curl -u admin:${SECRET} https://x.test`,
    `curl --user=admin:${SECRET} https://x.test`,
    `curl https://me:${SECRET}@x.test/path`,
    `PGPASSWORD=${SECRET} psql -c 'select 1'`,
    `PGPASSWORD="${SECRET} with blanks" psql`,
    `export AWS_SECRET_ACCESS_KEY=${SECRET}`,
    `mysql -h db -p${SECRET} -e 'show tables'`,
    `tool --password ${SECRET}`,
    `tool --api-key=${SECRET} run`,
    `echo '{"password":"${SECRET}"}' > c.json`,
    `echo 'api_key: ${SECRET}' >> c.yml`,
    `curl -H 'X-Api-Key: ${SECRET}' x.test`,
    `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${SECRET}`,
  ])('%s', (text) => {
    const safe = redact(text) as string
    expect(safe).not.toContain(SECRET)
    expect(safe).toContain('[redacted]')
  })

  it.for([AWS, GITHUB, `sk-${'abcd1234'.repeat(5)}`, `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'x'.repeat(43)}`])(
    'where their form tells: %s',
    (text) => {
      expect(redact(`echo ${text} | tool`)).toBe('echo [redacted] | tool')
    },
  )

  it('in arguments of tools, by their names', () => {
    const call = { name: 'mcp__x__y', arguments: { url: 'https://x.test', token: SECRET, nested: { apiKey: SECRET } } }
    expect(JSON.stringify(redact(call))).not.toContain(SECRET)
  })

  it('wherever the value of an environment variable stands that opens something', () => {
    const secrets = secretsIn({ DEPLOY_TOKEN: SECRET, HOME: '/home/me', SHORT_TOKEN: 'abc' })
    expect(secrets).toEqual([SECRET])
    expect(redact(`rm -rf /srv/${SECRET}/x`, secrets)).toBe('rm -rf /srv/[redacted]/x')
  })
})

it.for([
  'rm -rf build && npm test -- --run',
  'git commit -m "bypass the compass = north"',
  '{"max_tokens": 512, "model": "m"}',
  'grep -rn password src',
  'cat docs/tokens.md',
  'echo Basic usage of the tool',
])('what is no secret stays: %s', (text) => {
  expect(redact(text)).toBe(text)
})

it('takes time in proportion to the text, whatever an agent makes of it', () => {
  const pieces = [
    'a-',
    'eyJa-',
    'password="',
    "token='",
    '://a:',
    '-----BEGIN PRIVATE KEY-----',
    ' -u a',
    'mysql -x',
    'Bearer ',
    'sk-',
  ]
  for (const piece of pieces) {
    const text = piece.repeat((256 * 1024) / piece.length)
    expect(
      effortOf(() => redact(text)),
      piece,
    ).toBeLessThan(1500)
  }
})

describe('a command loses no more than values', () => {
  it.for([
    'PASSWORD=$(kubectl delete ns prod) true',
    'PASSWORD="a $(kubectl delete ns prod)" true',
    `PASSWORD="$${'{'} kubectl delete ns prod; }" true`,
    'TOKEN=`kubectl delete ns prod` true',
    'TOKEN=<(kubectl delete ns prod) true',
    'mysql -px;reboot',
    'curl https://me:$(reboot)@x.test',
    '# -----BEGIN PRIVATE KEY-----\nkubectl delete ns prod\n',
    '# -----BEGIN PRIVATE KEY-----\nkubectl delete ns prod\n# -----END PRIVATE KEY-----',
    'TOKEN="\nkubectl delete ns prod\n',
  ])('not so `%s`', (command) => {
    expect(redact(command)).not.toBe(command)
    expect(hidesWhatRuns(command, [])).toBe(true)
  })

  it('and not the quote that ends what was opened before it', () => {
    expect(redact(`curl -H "X-Api-Key: ${SECRET}" ; reboot; "`)).toBe('curl -H "X-Api-Key: [redacted]" ; reboot; "')
  })

  it('not so where a value of the environment is a command', () => {
    expect(hidesWhatRuns('kubectl delete ns prod', ['kubectl delete'])).toBe(true)
  })

  it.for([
    `PGPASSWORD=${SECRET} psql -c 'select 1'`,
    `PGPASSWORD="${SECRET} with; blanks" psql`,
    `PGPASSWORD='a$(b' psql`,
    `curl -H "Authorization: Bearer $${'{TOKEN}'}" -H "X-Api-Key: $KEY" x.test`,
    `PASSWORD="$PW" TOKEN=$${'{TOKEN:-none}'} psql`,
    `mysql -h db -p${SECRET} -e 'show tables'`,
    `curl https://me:${SECRET}@x.test/path`,
    `echo '{"password":"${SECRET}"}' > c.json`,
    `echo '-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----' > k`,
    'git push --force origin main',
  ])('as `%s`', (command) => {
    expect(hidesWhatRuns(command, [SECRET])).toBe(false)
  })
})
