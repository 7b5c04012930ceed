import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import { curl } from './curl.ts'
import type { Arguments, CommandLine, Elsewhere, Family, Program, Touch } from './grammar.ts'
import { request } from './request.ts'
import { basename, cut, fetched, from, hostOf, joined, object, opaque, path, shell } from './touch.ts'

const ASKS_HOST: Program = {
  options: '-c=data -i=data -W=data -t=data -p=data -s=data -w=data -m=data -q=data -x=data -I=data',
  touches: ({ operands }) =>
    operands
      .filter((field) => !/^[+@]/.test(field.text))
      .slice(0, 1)
      .map((host) => ({ kind: 'host', verb: 'read', host: hostOf(host) })),
}

export const SSH_OPTIONS =
  '-B=data -b=data -c=data -D=data -E=write -e=data -F=load -I=data -i=data -J=data -L=data -l=data -m=data -O=data -o=data -P=data -p=data -Q=data -R=data -S=data -W=data -w=data -4 -6 -A -a -C -f -G -g -K -k -M -N -n -q -s -T -t -V -v -X -x -Y -y'

export const NETWORK: Family = {
  curl: {
    options:
      '-X,--request=data -d,--data,--data-ascii=data --data-raw=data --data-binary=data --data-urlencode=data --json=data -F,--form=data --form-string=data -T,--upload-file=data -G,--get -I,--head -o,--output=write -O,--remote-name --output-dir=data -J,--remote-header-name -D,--dump-header=data -c,--cookie-jar=write -b,--cookie=data -K,--config=data -H,--header=data -w,--write-out=data --trace=write --trace-ascii=write --stderr=write --libcurl=write --etag-save=write --etag-compare=read --hsts=write --alt-svc=write -E,--cert=data --key=data --cacert=data --capath=data --pass=data -u,--user=data -U,--proxy-user=data -A,--user-agent=data -e,--referer=data -x,--proxy=data --url=data --url-query=data -m,--max-time=data --connect-timeout=data --retry=data --retry-delay=data --retry-max-time=data -r,--range=data -z,--time-cond=data --limit-rate=data -y,--speed-time=data -Y,--speed-limit=data -C,--continue-at=data --resolve=data --connect-to=data --interface=data --unix-socket=data --abstract-unix-socket=data --netrc-file=read --max-redirs=data --ciphers=data --tlsv1.2 --proto=data --proto-redir=data --aws-sigv4=data --oauth2-bearer=data -Q,--quote=data --doh-url=data --dns-servers=data -t,--telnet-option=data -P,--ftp-port=data --max-filesize=data --parallel-max=data --create-dirs --compressed -L,--location -s,--silent -S,--show-error -f,--fail --fail-with-body -k,--insecure -v,--verbose -i,--include -g,--globoff -N,--no-buffer -n,--netrc -q,--disable -a,--append -l,--list-only -#,--progress-bar -Z,--parallel -0 -1 -2 -3 -4 -6 -j -R -B -M -V',
    touches: curl,
  },
  wget: {
    options:
      '-O,--output-document=write -o,--output-file=write -a,--append-output=update -P,--directory-prefix=data -i,--input-file=read --post-data=data --post-file=data --body-data=data --body-file=data --method=data --header=data -U,--user-agent=data -e,--execute=data --use-askpass=program --config=read -t,--tries=data -T,--timeout=data -w,--wait=data --limit-rate=data -l,--level=data -A,--accept=data -R,--reject=data -D,--domains=data -X,--exclude-directories=data -I,--include-directories=data --user=data --password=data --load-cookies=read --save-cookies=write --certificate=data --private-key=data --ca-certificate=data -S,--server-response -q,--quiet -c,--continue -N -r,--recursive -m,--mirror -k -p -E -H -x -b,--background --spider --delete-after --no-check-certificate --content-disposition -nc -nv -nd -4 -6',
    touches: wget,
  },
  'http https xh xhs httpie': {
    options:
      '-o,--output=write -a,--auth=data -A=data --session=data -p,--print=data --verify=data --cert=data --proxy=data --timeout=data -s,--style=data --pretty=data -d,--download -f,--form -j,--json --multipart -b,--body -h,--headers -v -F --ignore-stdin -I',
    touches: httpie,
  },
  'aria2c axel': {
    options:
      '-o,--out=write -d,--dir=write -i,--input-file=read -x=data -s=data -j=data -l=write --on-download-complete=program --on-download-start=program --on-download-error=program --on-bt-download-complete=program',
    operands: 'url…',
  },
  'yt-dlp youtube-dl gallery-dl': {
    options: '-o,--output=write -f,--format=data --exec=shell -P=write --cookies=read -a=read --config-location=read',
    operands: 'url…',
  },
  'ssh autossh mosh et dbclient': { style: 'stop', options: SSH_OPTIONS, touches: ssh },
  scp: {
    options:
      '-c=data -F=read -i=data -J=data -l=data -o=data -P=data -S=program -X=data -D=data -r -p -q -v -C -3 -B -T -O -R -A',
    touches: scp,
  },
  sftp: {
    options: '-b=read -c=data -F=read -i=data -J=data -o=data -P=data -S=program -B=data -R=data',
    touches: sftp,
  },
  rsync: {
    options:
      '-e,--rsh=shell --rsync-path=data -f,--filter=data --exclude=data --include=data --exclude-from=read --include-from=read --files-from=read --password-file=read --log-file=write --log-file-format=data --out-format=data --backup-dir=write --suffix=data --partial-dir=data --temp-dir,-T=data --compare-dest=data --copy-dest=data --link-dest=data --chmod=data --chown=data --bwlimit=data --timeout=data --port=data -B=data --max-size=data --min-size=data --max-delete=data --info=data --debug=data --batch-file=write --write-batch=write --only-write-batch=write --read-batch=read --delete,--del --delete-before --delete-during --delete-delay --delete-after --delete-excluded --delete-missing-args --remove-source-files -n,--dry-run --list-only -a,--archive -r,--recursive -v -z -h -P -u -c -l -p -t -g -o -D -H -A -X -R -x -S -W -b --inplace --existing --ignore-existing --ignore-errors --force --progress --stats --mkpath',
    dry: '-n --list-only',
    touches: rsync,
  },
  'nc ncat netcat nc.openbsd nc.traditional': {
    options:
      '-e,--exec=data -c,--sh-exec=data --lua-exec=script -l,--listen -p,--source-port=data -s=data -w,--wait=data -i=data -q=data -x,--proxy=data -X=data -o,--output=write -z -u -v -n -k -4 -6 -U -N -d',
    touches: netcat,
  },
  'telnet tn ftp lftp ncftp tftp': { options: '-e,-c=data -u=data -f=read', touches: dialogue },
  socat: {
    options: '-b=data -t=data -T=data -lf=write -r=write -R=write -L=data -W=data -u -U -d -v -x -V',
    touches: socat,
  },
  'ping ping6 fping traceroute tracepath mtr dig nslookup host whois drill doggo dog ssh-keyscan nmap masscan arping httping tcping testssl sntp ntpdate-query delv kdig':
    ASKS_HOST,
  'mail mailx mutt sendmail msmtp swaks s-nail mailsend': {
    options: '-a,-A=read -s=data -c=data -b=data -r=data -f=data',
    touches: ({ operands }) => [object('disclose', ['mail', 'message'], operands[0], { where: 'remote', undo: 'U4' })],
  },
  'ngrok cloudflared localtunnel lt bore': {
    touches: ({ operands }) =>
      /^(?:version|help|config|update|completion)$/.test(operands[0]?.text ?? '')
        ? []
        : [object('grant', ['tunnel', 'port'], known(''), { where: 'remote', why: 'it opens a way in from outside' })],
  },
  's_client s_server': {},
}

function wget(args: Arguments): readonly Touch[] {
  if (has(args, '--spider')) return args.operands.map(fetched)
  const sends = [...(args.values.get('--post-data') ?? []), ...(args.values.get('--body-data') ?? [])]
  const files = [...(args.values.get('--post-file') ?? []), ...(args.values.get('--body-file') ?? [])]
  const method = value(args, '--method')?.text.toUpperCase() ?? (sends.length + files.length > 0 ? 'POST' : 'GET')
  const touches: Touch[] = files.map((file) => path('read', file))
  for (const setting of args.values.get('-e') ?? [])
    if (/askpass/.test(setting.text)) touches.push(opaque('`wget` is told to run a program'))
  const named = has(args, '-O')
  for (const url of args.operands) {
    touches.push(...request(method, url))
    if (named || has(args, '--delete-after')) continue
    const folder = value(args, '-P')
    touches.push(path('create', folder ?? known('.'), { names: [basename(url)] }))
  }
  return touches
}

/** `http [METHOD] URL [ITEM…]`: an item with `=` is sent. */
/** Where its input is piped, that is the body. */
function httpie(args: Arguments, line: CommandLine): readonly Touch[] {
  const { operands } = args
  const method = /^[A-Z]+$/.test(operands[0]?.text ?? '') ? operands[0] : undefined
  const [url, ...items] = method === undefined ? operands : operands.slice(1)
  if (url === undefined) return []
  const touches: Touch[] = []
  let sends = line.piped && !has(args, '--ignore-stdin')
  for (const item of items) {
    const file = /^[^@=:]*(?:@|=@|:=@)/.exec(item.text)
    if (file !== null) touches.push(path('read', from(item, file[0].length)))
    if (/[^=:]=|:=|@/.test(item.text) && !/==/.test(item.text)) sends = true
  }
  const address = url.text.startsWith(':') ? { ...url, text: `localhost${url.text}` } : url
  return [...touches, ...request(method?.text ?? (sends ? 'POST' : 'GET'), address)]
}

const RUNS_HERE = /^(?:ProxyCommand|LocalCommand|KnownHostsCommand|Match\s+exec)[\s=]+/i

function ssh(args: Arguments, line: CommandLine): readonly Touch[] {
  if (has(args, '-G', '-Q', '-V')) return []
  const [target, ...rest] = args.operands
  const command = rest[0]?.text === '--' ? rest.slice(1) : rest
  const touches: Touch[] = []
  for (const option of args.values.get('-o') ?? []) {
    const match = RUNS_HERE.exec(option.text)
    if (match !== null && !/^none$/i.test(option.text.slice(match[0].length)))
      touches.push(shell(from(option, match[0].length)))
  }
  if (target === undefined) return touches
  const host = hostOf(target)
  const elsewhere: Elsewhere = { name: host.text || 'another host', where: 'remote' }
  if (command.length > 0) return [...touches, shell(joined(command), elsewhere)]
  // A forge answers whoever it knows, and closes.
  if (/^git@/.test(target.text) || has(args, '-N')) return [...touches, { kind: 'host', verb: 'read', host }]
  if (line.piped) return [...touches, { kind: 'stdin', language: 'sh', elsewhere }]
  return [...touches, { kind: 'host', verb: 'execute', host, why: 'a shell on another host' }]
}

/** `user@host:path` or `scheme://host/path`; a colon behind a slash is part of a name. */
function isRemote(field: Field): boolean {
  return /^(?:[a-z]+:\/\/|[^/:\\]{2,}:|\[)/i.test(field.text)
}

function scp(args: Arguments): readonly Touch[] {
  const target = args.operands.at(-1)
  const sources = args.operands.slice(0, -1)
  if (target === undefined) return []
  const touches = sources.map(
    (source): Touch =>
      isRemote(source)
        ? { kind: 'host', verb: 'read', host: hostOf(source) }
        : path('read', source, { tree: has(args, '-r') }),
  )
  if (isRemote(target))
    return [
      ...touches,
      { kind: 'host', verb: 'disclose', host: hostOf(target) },
      object('update', [hostOf(target).text, 'path'], cut(target, ':')?.[1] ?? target, { where: 'remote' }),
    ]
  return [...touches, path('create', target, { names: sources.map(basename) })]
}

function sftp({ operands }: Arguments, line: CommandLine): readonly Touch[] {
  const host = operands[0] === undefined ? known('') : hostOf(operands[0])
  return [{ kind: 'host', verb: line.piped ? 'disclose' : 'read', host }]
}

const DELETES = [
  '--delete',
  '--delete-before',
  '--delete-during',
  '--delete-delay',
  '--delete-after',
  '--delete-excluded',
  '--delete-missing-args',
]

function rsync(args: Arguments): readonly Touch[] {
  const target = args.operands.at(-1)
  const sources = args.operands.slice(0, -1)
  if (target === undefined || sources.length === 0) return []
  const touches: Touch[] = []
  for (const source of sources) {
    if (isRemote(source)) touches.push({ kind: 'host', verb: 'read', host: hostOf(source) })
    else touches.push(path('read', source, { tree: true }))
    if (has(args, '--remove-source-files')) touches.push(path('delete', source, { tree: true }))
  }
  const deletes = has(args, ...DELETES)
  if (isRemote(target)) {
    const host = hostOf(target)
    touches.push({ kind: 'host', verb: 'disclose', host })
    touches.push(
      object(deletes ? 'delete' : 'update', [host.text, 'path'], cut(target, ':')?.[1] ?? target, { where: 'remote' }),
    )
    for (const program of args.values.get('--rsync-path') ?? [])
      touches.push(shell(program, { name: host.text, where: 'remote' }))
  } else {
    touches.push(path('create', target, { tree: true }))
    if (deletes) touches.push(path('delete', target, { tree: true }))
  }
  return touches
}

/** A shell for whoever connects can't be foreseen. */
function netcat(args: Arguments, line: CommandLine): readonly Touch[] {
  if (has(args, '-e', '-c')) return [opaque('it gives a program to whoever is on the other side')]
  if (has(args, '-l')) return [{ kind: 'host', verb: 'read', host: known('whoever connects') }]
  const host = args.operands[0]
  if (host === undefined) return []
  if (has(args, '-U')) return [path('update', host)]
  return [{ kind: 'host', verb: line.piped && !has(args, '-z') ? 'disclose' : 'read', host: hostOf(host) }]
}

function dialogue(args: Arguments, line: CommandLine): readonly Touch[] {
  const host = args.operands[0]
  const script = value(args, '-e')
  if (host === undefined && script === undefined) return []
  return [
    { kind: 'host', verb: line.piped || script !== undefined ? 'disclose' : 'read', host: hostOf(host ?? known('')) },
  ]
}

function socat({ operands }: Arguments): readonly Touch[] {
  const kinds = operands.map((field) => /^!*(?:[^!:,]*)/.exec(field.text)?.[0].toUpperCase() ?? '')
  const networked = kinds.some((kind) => /^(?:TCP|UDP|SCTP|OPENSSL|SSL|SOCKS|PROXY|VSOCK)/.test(kind))
  const touches: Touch[] = []
  for (const [i, field] of operands.entries()) {
    const kind = kinds[i] ?? ''
    const rest = cut(field, ':')?.[1] ?? known('')
    if (/^(?:EXEC|SYSTEM|SHELL)$/.test(kind)) {
      if (kind === 'SHELL' || networked) touches.push(opaque('it gives a program to whoever is on the other side'))
      if (rest.text !== '') touches.push(shell({ ...rest, text: rest.text.replace(/,.*$/, '') }))
    } else if (/^(?:FILE|OPEN|CREATE|GOPEN|PIPE)$/.test(kind))
      touches.push(path('update', { ...rest, text: rest.text.replace(/,.*$/, '') }))
    else if (/^(?:TCP|UDP|SCTP|OPENSSL|SSL)/.test(kind) && !/LISTEN|RECV|-L/.test(kind))
      touches.push({ kind: 'host', verb: 'disclose', host: hostOf(rest) })
    else if (kind.startsWith('UNIX')) touches.push(path('read', { ...rest, text: rest.text.replace(/,.*$/, '') }))
    else if (/LISTEN/.test(kind)) touches.push({ kind: 'host', verb: 'read', host: known('whoever connects') })
    else if (literal(field) !== '-' && /^[./~]/.test(field.text)) touches.push(path('update', field))
  }
  return touches
}
