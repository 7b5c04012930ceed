import { post } from './post.ts'
import type { Receiver } from './receiver.ts'
import { wordsOf } from './words.ts'

/**
 * An incoming webhook as Slack takes it, and others who are compatible. What an agent could have chosen stands in
 * `plain_text` alone, where nothing is mark-up, a link or a mention.
 */
export function slack(name: string, url: string): Receiver {
  return {
    name: `slack/${name}`,
    host: new URL(url).host,
    to: [],
    async send(event, { signal }) {
      const { headline, sentence, about, page } = wordsOf(event)
      const text = (of: string): object => ({ type: 'plain_text', text: of, emoji: false })
      const message = {
        text: `Interlock: ${headline}. ${page}`,
        unfurl_links: false,
        unfurl_media: false,
        blocks: [
          { type: 'section', text: text(`Interlock: ${headline}`) },
          { type: 'section', text: text(sentence) },
          ...(about.length > 0 ? [{ type: 'context', elements: [text(about.join(' · '))] }] : []),
          { type: 'section', text: { type: 'mrkdwn', text: `<${page}|Look at it on the desk>` } },
        ],
      }
      await post(url, { body: JSON.stringify(message), headers: { 'content-type': 'application/json' }, signal })
    },
  }
}
