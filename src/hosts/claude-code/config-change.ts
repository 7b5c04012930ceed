import { realpath } from 'node:fs/promises'
import { nodeFiles } from '../../store/files.ts'
import { installations } from './record.ts'
import { switchesOff, whatIsMissing } from './settings.ts'
import type { ConfigChange } from './wire.ts'

/**
 * Why a changed settings file must not reach the running session: a second after the change it would lose our hooks
 * without a word. Undefined where it keeps them. The file itself stays changed; the next session starts with it.
 */
export async function whyKeepSettings(state: string, change: ConfigChange): Promise<string | undefined> {
  const path = change.file_path
  if (path === undefined) return undefined
  const text = (await nodeFiles.read(path))?.toString('utf8')
  const real = await realpath(path).catch(() => path)
  const ours = (await installations(state)).find((each) => each.path === path || each.target === real)
  const why =
    ours !== undefined
      ? text === undefined
        ? 'the file is gone'
        : whatIsMissing(text, ours.added.groups)
      : text !== undefined && switchesOff(text)
        ? 'all hooks are switched off'
        : undefined
  if (why === undefined) return undefined
  return `Interlock keeps this session guarded: in \`${path}\` ${why}. A person runs \`interlock init\`, or \`interlock init --remove\`.`
}
