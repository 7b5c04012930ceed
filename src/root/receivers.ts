import type { Clock } from '../core/clock.ts'
import { mail } from '../desk/reach/mail.ts'
import type { Receiver } from '../desk/reach/receiver.ts'
import { slack } from '../desk/reach/slack.ts'
import { webhook, webhookKey } from '../desk/reach/webhook.ts'
import { type DeskConfig, WebAddress } from '../wire/desk-config.ts'
import { DeskConfigError, secretIn } from './desk-config.ts'

/** Those whom `desk.yaml` in this folder names, with the secrets from the files beside it. */
export function receiversOf({ reach }: DeskConfig, folder: string, clock: Clock): readonly Receiver[] {
  const hooks = Object.entries(reach.webhooks).map(([name, { url, secretFile }]) => {
    const key = webhookKey(secretIn(folder, secretFile))
    if (key !== undefined) return webhook(name, { url, key }, clock)
    throw new DeskConfigError('desk/config', `\`${secretFile}\` holds no key of a webhook`, {
      hint: `it is \`whsec_\` and 24 to 64 bytes in base64: printf 'whsec_%s\\n' "$(openssl rand -base64 32)"`,
    })
  })
  const rooms = Object.entries(reach.slack).map(([name, { urlFile }]) => {
    const url = WebAddress.safeParse(secretIn(folder, urlFile))
    if (url.success) return slack(name, url.data)
    throw new DeskConfigError('desk/config', `\`${urlFile}\` holds no address: ${url.error.issues[0]?.message ?? ''}`)
  })
  if (reach.mail === undefined) return [...hooks, ...rooms]
  const { server, from, to, user, passwordFile } = reach.mail
  const login =
    user === undefined || passwordFile === undefined ? {} : { login: { user, pass: secretIn(folder, passwordFile) } }
  return [...hooks, ...rooms, mail({ server, from, to, ...login })]
}
