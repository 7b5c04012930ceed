import { known } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, Family, Program, Touch } from './grammar.ts'
import { looksLikePath, object, path } from './touch.ts'

/** It destroys what its device holds. */
const DESTROYS: Program = {
  options: '-t,--types=data -L,-n=data -b=data -O=data -l,--list -p,--print -V,--version',
  dry: '-l -p',
  touches: ({ operands }) =>
    operands.filter(looksLikePath).map((field) => path('delete', field, { undo: 'U4', why: 'what it holds is lost' })),
}

export const DISKS: Family = {
  'mkfs mke2fs mkswap mkntfs mkdosfs newfs newfs_apfs wipefs blkdiscard fdisk sfdisk cfdisk gdisk sgdisk parted cgdisk badblocks hdparm sg_format scrub':
    DESTROYS,
  'lsblk blkid findmnt df-disk smartctl mountpoint dumpe2fs lspci lsusb lscpu lshw dmidecode hwinfo lsmod modinfo lsmem pvs vgs lvs pvdisplay vgdisplay lvdisplay':
    {},
  mount: {
    options:
      '-t,--types=data -o,--options=data -a,--all -l,--show-labels -v -L=data -U=data -B,--bind -M -R -r,--read-only -w -O=data -T=read',
    touches: mount,
  },
  'umount unmount fusermount fusermount3': { operands: 'data', object: 'update mount host U2' },
  'swapon swapoff losetup cryptdisks fstrim eject partprobe kpartx resize2fs tune2fs e2label xfs_growfs e2fsck fsck xfs_repair':
    { options: '-a,--all -l,--list -n', dry: '-l -n', object: 'update disk host' },
  'lvremove vgremove pvremove mdadm lvreduce lvresize vgreduce': { object: 'delete volume host U4' },
  'lvcreate vgcreate pvcreate lvextend vgextend pvresize': { object: 'update volume host' },
  cryptsetup: {
    verbs: {
      'status luksDump isLuks luksUUID benchmark': {},
      'open luksOpen close luksClose': { object: 'update volume host U2' },
      '*': { object: 'delete volume host U4' },
    },
  },
  'zfs zpool btrfs bcachefs': {
    verbs: {
      'list get status history iostat diff events show check df usage': {},
      'subvolume filesystem device': {
        verbs: {
          'list show get-default df usage stats': {},
          'delete remove rm': { object: 'delete volume host U4 stateful' },
          '* -': { object: 'update volume host' },
        },
      },
      'destroy labelclear rollback delete remove': { object: 'delete volume host U4 stateful' },
      '*': { object: 'update volume host' },
    },
  },
  'nvme sg_sanitize': {
    verbs: {
      'list id-ctrl id-ns smart-log list-subsys get-log error-log': {},
      '*': { touches: ({ operands }) => operands.map((field) => path('delete', field, { undo: 'U4' })) },
    },
  },
  diskutil: {
    verbs: {
      'list info listFilesystems activity verifyVolume verifyDisk cs': {},
      '*': { object: 'delete volume host U4 stateful' },
    },
  },
  hdiutil: {
    verbs: {
      'info imageinfo attach mount detach verify plugins': {},
      'create convert': { operands: 'write' },
      '*': { object: 'update volume host' },
    },
  },
}

function mount(args: Arguments): readonly Touch[] {
  if (args.operands.length === 0 && !has(args, '-a')) return []
  return [object('update', ['host', 'mount'], args.operands.at(-1) ?? known('all'), { where: 'host', undo: 'U2' })]
}
