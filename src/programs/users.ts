import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, Family, Program, Touch } from './grammar.ts'
import { object, path } from './touch.ts'

const READS: Program = {}
const SECRET = { where: 'host', traits: ['secret'] } as const

export const USERS: Family = {
  'useradd adduser groupadd addgroup newusers': {
    options: '-c=data -d=data -g=data -G=data -s=data -u=data -p=data -k=data -e=data',
    object: 'create user host',
  },
  'userdel deluser groupdel delgroup': { object: 'delete user host U4' },
  'usermod groupmod gpasswd passwd chpasswd chsh chfn chage visudo vipw vigr pwconv grpconv newgidmap dscl dseditgroup sysadminctl':
    { options: '-S,--status -l,--list', dry: '-S -l', object: 'grant user host' },
  sudoedit: { operands: 'update…', options: '-u=data' },
  security: {
    verbs: {
      'list-keychains default-keychain show-keychain-info find-identity find-certificate verify-cert help dump-trust-settings error leaks cms -':
        READS,
      'dump-keychain find-generic-password find-internet-password export find-key': {
        touches: ({ operands }) => [object('read', ['keychain', 'secret'], operands[0], SECRET)],
      },
      'create-keychain unlock-keychain lock-keychain set-keychain-settings set-key-partition-list import add-generic-password add-internet-password add-certificates add-trusted-cert':
        { object: 'update keychain host U2' },
      '*': { object: 'delete keychain host U4' },
    },
  },
  'gpg gpg2': {
    options:
      '-o,--output=write -r,--recipient=data -u,--local-user=data -e,--encrypt -d,--decrypt -s,--sign -c,--symmetric --keyserver=data --homedir=data --passphrase=data --passphrase-fd=data --passphrase-file=read --pinentry-mode=data --default-key=data --import --export -a,--armor -b -k,--list-keys -K,--list-secret-keys --verify --batch --yes --export-secret-keys --export-secret-subkeys --delete-keys,--delete-key --delete-secret-keys,--delete-secret-key --delete-secret-and-public-key --edit-key --gen-key --full-generate-key --quick-generate-key --send-keys --recv-keys',
    touches: gpg,
  },
  'ssh-keygen': {
    options:
      '-f=data -t=data -b=data -C=data -N=data -P=data -R=data -F=data -m=data -I=data -n=data -s=data -V=data -O=data -z=data -D=data -Y=data -l -y -e -i -q -p -L -B -H -A -v',
    touches: sshKeygen,
  },
  'ssh-add': { options: '-l -L -D -d -t=data -k -K -A -q -x -X -E=data -c -e=data -s=data', touches: READS_ONLY },
  'ssh-copy-id': {
    options: '-i=read -p=data -o=data -f -n',
    touches: ({ operands }) => [
      object('grant', [operands[0]?.text.replace(/^.*@/, '') || 'host', 'login'], operands[0], { where: 'remote' }),
    ],
  },
  'ssh-agent': { style: 'stop', options: '-a=data -t=data -P=data -c -s -k -D -d', operands: 'command' },
  openssl: {
    style: 'single',
    options:
      '-in=data -inkey=data -d -decrypt -out=write -keyout=write -CA=data -CAkey=data -CAfile=data -cert=data -key=data -passin=data -passout=data -config=read -extfile=read -subj=data -days=data -newkey=data -engine=program -provider=data -provider-path=data -signer=data -queryfile=read -sigfile=read -signature=read -sign=data -verify=data -connect=data -servername=data -pass=data -k=data -K=data -iv=data -S=data -algorithm=data -pkeyopt=data -sigopt=data -name=data -addext=data -digest=data -reqexts=data -extensions=data -set_serial=data -CAcreateserial',
    touches: openssl,
  },
  htpasswd: { operands: 'update data', options: '-b -c -n -i -m -B -d -s -p -D -v -C=data' },
  'age rage': {
    options:
      '-o,--output=write -r,--recipient=data -R,--recipients-file=read -i,--identity=data -e,--encrypt -d,--decrypt -p -a',
    touches: age,
  },
  sops: {
    options:
      '-d,--decrypt -e,--encrypt -i,--in-place -r,--rotate --output=write --input-type=data --output-type=data --config=read -a,--age=data -p,--pgp=data -k,--kms=data --set=data --extract=data',
    touches: sops,
  },
  'pass gopass': {
    verbs: {
      'ls list find search grep git help version': READS,
      'rm remove delete': { object: 'delete secret host U4' },
      'insert add edit generate mv cp init': { object: 'update secret host' },
      '* -': { touches: ({ operands }) => [object('read', ['pass', 'secret'], operands[0], SECRET)] },
    },
  },
  'age-keygen mkcert step-ca minisign signify cosign codesign notarytool': { options: '-o,--output=write --key=data' },
}

function READS_ONLY(args: Arguments): readonly Touch[] {
  return has(args, '-D', '-d')
    ? [object('update', ['ssh', 'agent'], args.operands[0], { where: 'host', undo: 'U2' })]
    : []
}

function gpg(args: Arguments): readonly Touch[] {
  const name = args.operands[0]
  if (has(args, '--export-secret-keys', '--export-secret-subkeys'))
    return [object('read', ['gpg', 'key'], name, SECRET)]
  if (has(args, '--delete-secret-keys', '--delete-secret-and-public-key', '--delete-keys'))
    return [object('delete', ['gpg', 'key'], name, { where: 'host', undo: 'U4' })]
  if (has(args, '--edit-key', '--gen-key', '--full-generate-key', '--quick-generate-key', '--import'))
    return [object('update', ['gpg', 'keyring'], name, { where: 'host', undo: 'U2' })]
  if (has(args, '--send-keys')) return [object('create', ['keyserver', 'key'], name, { where: 'remote' })]
  const files = args.operands.filter((field: Field) => /[./]/.test(field.text))
  return has(args, '-d') ? decrypted(args, files) : files.map((field) => path('read', field))
}

function age(args: Arguments): readonly Touch[] {
  return has(args, '-d') ? decrypted(args, args.operands) : args.operands.map((file) => path('read', file))
}

/** Into a file it goes where nobody looks; to the output, it is told. */
function decrypted(args: Arguments, files: readonly Field[], output = '-o'): readonly Touch[] {
  const told = value(args, output)
  if (told !== undefined && literal(told) !== '-') return files.map((file) => path('read', file))
  if (files.length === 0) return [object('read', ['input', 'secret'], known(''), SECRET)]
  return files.map((file) => path('read', file, { traits: ['secret'] }))
}

/** Decrypted to the output, it is read; into its place, changed. */
function sops(args: Arguments): readonly Touch[] {
  const [verb, ...rest] = args.operands
  const word = /^(?:decrypt|encrypt|edit|rotate|set|unset|updatekeys)$/.exec(verb?.text ?? '')?.[0]
  const files = word === undefined ? args.operands : rest.slice(0, 1)
  const tells = (word === 'decrypt' || has(args, '-d')) && !has(args, '-i', '--output')
  return files.map((file) => (tells ? path('read', file, { traits: ['secret'] }) : path('update', file)))
}

/** `-R` takes a host out of what is trusted; `-f` without a question makes or changes a key. */
function sshKeygen(args: Arguments): readonly Touch[] {
  const file = value(args, '-f')
  if (has(args, '-R')) return [path('update', file ?? known('~/.ssh/known_hosts'))]
  if (has(args, '-F', '-l', '-y', '-e', '-L', '-B', '-Y'))
    return file === undefined || has(args, '-l', '-L', '-F') ? [] : [path('read', file)]
  if (has(args, '-p')) return [path('update', file ?? known('~/.ssh/id_ed25519'))]
  return [path('create', file ?? known('~/.ssh/id_ed25519'))]
}

function openssl(args: Arguments): readonly Touch[] {
  const [verb, ...rest] = args.operands
  const file = value(args, '-in')
  if (file !== undefined) rest.push(file)
  const address = value(args, '-connect')
  if (verb?.text === 's_client' && address !== undefined)
    return [{ kind: 'host', verb: 'read', host: { ...address, text: address.text.replace(/:.*$/, '') } }]
  // Certificates and requests are made to be shown.
  if (/^(?:x509|req|crl|verify|ocsp|s_client|asn1parse)$/.test(verb?.text ?? '')) return []
  const files = rest.filter((field) => field === file || /[./]/.test(field.text))
  const opens =
    has(args, '-d', '-decrypt') || verb?.text === 'pkcs12' || (verb?.text === 'rsautl' && !has(args, '-verify'))
  return opens ? decrypted(args, files, '-out') : files.map((field) => path('read', field))
}
