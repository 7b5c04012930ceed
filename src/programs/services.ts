import { type Field, known, literal } from '../lang/field.ts'
import { has, value } from './arguments.ts'
import type { Arguments, CommandLine, Family, Program, Touch } from './grammar.ts'
import { looksLikePath, object, path, run } from './touch.ts'

const READS: Program = {}
const CHANGES: Program = { object: 'update service host' }

export const SERVICES: Family = {
  systemctl: {
    options:
      '-H,--host=data -M,--machine=data -t,--type=data --state=data -p,--property=data -n,--lines=data -o,--output=data --root=data --user --now --no-pager --no-legend -q,--quiet -a,--all -l -f,--force --dry-run',
    verbs: {
      'status show cat list-units list-sockets list-timers list-paths list-jobs list-unit-files list-dependencies list-machines list-automounts list-swaps is-active is-enabled is-failed is-system-running get-default help whoami show-environment log-level log-target service-watchdogs -':
        READS,
      'poweroff reboot halt kexec suspend hibernate soft-reboot emergency rescue': { object: 'delete machine host U4' },
      'enable reenable link edit preset preset-all add-wants add-requires set-default': {
        object: 'update service host startup',
      },
      'kill mask disable stop clean': { object: 'delete service host' },
      '*': CHANGES,
    },
  },
  'service rc-service invoke-rc.d': {
    touches: ({ operands }) =>
      /^(?:status|--status-all|)$/.test(operands[1]?.text ?? '')
        ? []
        : [object('update', ['host', 'service'], operands[0], { where: 'host' })],
  },
  'update-rc.d rc-update chkconfig alternatives update-alternatives': {
    options: '--list --display --query --get-selections',
    dry: '--list --display --query --get-selections',
    object: 'update service host startup',
  },
  launchctl: {
    verbs: {
      'list print print-disabled blame getenv managername manageruid managerpid error help version examine procinfo hostinfo resolveport limit dumpstate':
        READS,
      'bootstrap load enable submit start kickstart': { object: 'update service host startup' },
      '*': CHANGES,
    },
  },
  'supervisorctl pm2 initctl sv s6-svc monit brew-services forever nssm sc': {
    verbs: {
      'status list ls l jlist prettylist logs log show describe info monit avail tail help version ping show-config check-config query -':
        READS,
      'delete del remove kill': { object: 'delete service host' },
      '*': CHANGES,
    },
  },
  'nginx httpd apachectl apache2ctl caddy haproxy traefik': {
    options: '-t,-T,--test -v,-V,--version -S -M -s=data -c=data -p=data -g=data -f=data -k=data',
    touches: (args) =>
      has(args, '-s', '-k')
        ? [object('update', ['host', 'service'], value(args, '-s') ?? value(args, '-k'), { where: 'host' })]
        : [],
  },
  journalctl: {
    options:
      '-u,--unit=data -n,--lines=data -o,--output=data -S,--since=data -U,--until=data -p,--priority=data -t=data -D,--directory=read --file=read -g=data --vacuum-size=data --vacuum-time=data --vacuum-files=data --rotate --flush -f -b=?data -k -x -e -r',
    touches: (args) =>
      has(args, '--vacuum-size', '--vacuum-time', '--vacuum-files')
        ? [object('delete', ['host', 'journal'], known(''), { where: 'host' })]
        : [],
  },
  dmesg: {
    options: '-c,--read-clear -C,--clear -T -H -l=data -f=data -n=data',
    touches: (args) =>
      has(args, '-c', '-C') ? [object('delete', ['host', 'journal'], known('kernel'), { where: 'host' })] : [],
  },
  crontab: { options: '-u=data -l,--list -r,--remove -e,--edit -i', touches: crontab },
  'at batch': { options: '-f,--file=read -l -d,-r -m -q=data -t=data -c=data', touches: at },
  atrm: { object: 'delete job host U4' },
  sysctl: {
    options: '-w,--write -p,--load=?read -a,--all -n -e -q -N -b --system',
    touches: (args) =>
      args.operands
        .filter((field) => /=/.test(field.text) || has(args, '-w'))
        .map((field) => object('update', ['host', 'kernel'], field, { where: 'host' })),
  },
  'modprobe insmod rmmod depmod kmod bpftool': { options: '-r -n -v -l', dry: '-n -l', object: 'update kernel host' },
  'ip ifconfig route iwconfig tc bridge nmcli networksetup networkctl resolvectl scutil': { touches: network },
  'iptables ip6tables nft ufw firewall-cmd ebtables pfctl ipset arptables fail2ban-client': {
    options: '-L,--list -S,--list-rules -n -v -t,--table=data -C,--check --line-numbers -s=data',
    touches: firewall,
  },
  'iptables-save ip6tables-save iptables-list': READS,
  'iptables-restore ip6tables-restore': { object: 'update firewall host' },
  'hostnamectl timedatectl localectl loginctl bootctl': {
    verbs: {
      'status show list-timezones list-sessions list-users list-seats session-status user-status show-user show-session show-seat list-locales list-keymaps timesync-status -':
        READS,
      '*': { object: 'update setting host' },
    },
  },
  defaults: {
    options: '-currentHost -host=data',
    verbs: {
      'read read-type domains find help -': READS,
      'delete delete-all remove': { object: 'delete setting host' },
      '*': { object: 'update setting host U2' },
    },
  },
  spctl: { options: '-a,--assess --status --type=data -t=data -v', dry: '-a --status', object: 'update setting host' },
  'tmutil csrutil nvram pmset softwareupdate systemsetup sfltool': {
    verbs: {
      'status listbackups destinationinfo latestbackup list dumpbtm --assess -g -p -l --list -getcomputername': READS,
      '*': { object: 'update setting host' },
    },
  },
  'setenforce aa-disable aa-complain auditctl semodule': { object: 'grant protection host' },
  'logrotate ldconfig update-grub grub-install mkinitcpio dracut update-initramfs locale-gen update-ca-certificates efibootmgr':
    { options: '-d,--debug -p -v', dry: '-d -p', object: 'update setting host' },
  'wg-quick openvpn tailscale wg zerotier-cli': {
    verbs: {
      'show status genkey pubkey genpsk ip netcheck ping showconf -': READS,
      '*': { object: 'update network host' },
    },
  },
}

/** Standard input or a file becomes the table: it runs by itself from then on. */
function crontab(args: Arguments, line: CommandLine): readonly Touch[] {
  if (has(args, '-l')) return []
  if (has(args, '-r')) return [object('delete', ['host', 'crontab'], value(args, '-u'), { where: 'host', undo: 'U4' })]
  if (has(args, '-e') || args.operands.length > 0 || line.piped) {
    const reads = args.operands.filter((field) => literal(field) !== '-').map((field) => path('read', field))
    return [...reads, object('update', ['host', 'crontab'], value(args, '-u'), { where: 'host', traits: ['startup'] })]
  }
  return []
}

function at(args: Arguments): readonly Touch[] {
  if (has(args, '-l', '-c')) return []
  if (has(args, '-d')) return [object('delete', ['host', 'job'], args.operands[0], { where: 'host' })]
  return [
    object('create', ['host', 'job'], known('at'), { where: 'host', traits: ['startup'] }),
    ...(has(args, '-f') ? [] : [{ kind: 'stdin', language: 'sh' } as const]),
  ]
}

const NETWORK_WRITES =
  /^(?:add|del|delete|change|replace|set|flush|append|up|down|down|modify|restore|connect|disconnect|on|off|reload|renew)$|^-(?:set|create|remove|switch|delete|add|order)/

function network(args: Arguments, line: CommandLine): readonly Touch[] {
  const words = line.args.map((field) => field.text)
  // `ip netns exec NAME COMMAND…`
  if (line.name === 'ip' && /^(?:netns|vrf) exec$/.test(words.slice(0, 2).join(' '))) return [run(line.args.slice(3))]
  const writes = words.slice(0, 5).find((word, i) => NETWORK_WRITES.test(word) && i < 4)
  const address = line.name === 'ifconfig' && args.operands.length > 1
  if (writes === undefined && !address) return []
  return [
    object(/del|flush|remove/.test(writes ?? '') ? 'delete' : 'update', ['host', 'network'], args.operands.at(-1), {
      where: 'host',
    }),
  ]
}

function firewall(args: Arguments): readonly Touch[] {
  const words = args.operands.map((field: Field) => field.text)
  if (has(args, '-L', '-S', '-C') || /^(?:status|list|show|version|app|monitor|ping|)$/.test(words[0] ?? ''))
    return has(args, '-A', '-I', '-D', '-F', '-P', '-X', '-Z', '-N', '-R') ? [change(args)] : []
  if ([...args.flags].some((flag) => /^--(?:list|get|query|state|info)/.test(flag))) return []
  return [change(args)]
}

function change(args: Arguments): Touch {
  const opens = has(args, '-F', '-X', '-D') || /^(?:disable|reset|flush)$/.test(args.operands[0]?.text ?? '')
  return object(
    opens ? 'delete' : 'update',
    ['host', 'firewall'],
    args.operands.find((field) => !looksLikePath(field)),
    { where: 'host' },
  )
}
