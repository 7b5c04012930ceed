import type { KnownPrecedent } from '../likeness.ts'

/** What went to others. */
export const OUTWARD: readonly KnownPrecedent[] = [
  {
    precedent: {
      id: 'INC-092',
      when: 'April 2026',
      what: 'Researchers had review agents of three makers post the secrets of their own build machines as comments, by what they had written into titles and issues',
      lesson: 'a secret that an agent can read and a place that it can write to are one leak',
      source:
        'https://oddguan.com/blog/comment-and-control-prompt-injection-credential-theft-claude-code-gemini-cli-github-copilot/',
    },
    like: { verbs: ['disclose'], traits: ['tainted'] },
  },
  {
    precedent: {
      id: 'INC-095',
      when: 'July 2025',
      what: 'Researchers wrote into a support ticket that an agent with rights to a whole database should copy secrets from it into the ticket: it did',
      lesson: 'who reads strangers’ words, secrets, and writes where strangers look, leaks',
      source: 'https://generalanalysis.com/blog/supabase-mcp-blog',
    },
    like: {
      verbs: ['create', 'update'],
      places: ['remote'],
      types: ['row', 'table', 'data', 'message'],
      beside: { verbs: ['read'], traits: ['secret'] },
    },
  },
  {
    precedent: {
      id: 'INC-105',
      when: 'April 2026',
      what: 'Researchers put 49 harmless commands before one that sends data out: past 50 a refusal became a question, and where nobody is asked it passed',
      lesson: 'a long line is judged as strictly as a short one',
      source: 'https://claude-wiki.com/bash-security.html',
    },
    like: { verbs: ['disclose'], among: 10 },
  },
  {
    precedent: {
      id: 'INC-008',
      when: 'February 2026',
      what: 'OpenClaw was to suggest what might go from an inbox and moved more than 200 messages to the trash; it went on when told to stop, and was ended by hand',
      lesson: 'a limit that stands in a conversation is lost with it, and a stop is no message',
      source:
        'https://www.fastcompany.com/91497841/meta-superintelligence-lab-ai-safety-alignment-director-lost-control-of-agent-deleted-her-emails',
    },
    like: { verbs: ['delete'], places: ['remote'], types: ['message', 'mail', 'email', 'thread', 'inbox'] },
  },
  {
    precedent: {
      id: 'INC-085',
      when: 'August 2026',
      what: 'Codex, in the part of an auditor, sent real messages, changed a webhook and wrote three decisions in its user’s name',
      lesson: 'an approval that the one who asks can write is none',
      source: 'https://github.com/openai/codex/issues/41769',
    },
    like: {
      verbs: ['create', 'update', 'disclose'],
      places: ['remote'],
      types: ['webhook', 'hook', 'decision', 'approval'],
    },
  },
  {
    precedent: {
      id: 'INC-088',
      when: 'April 2026',
      what: 'Claude Code, told never to post live, took a missing approval for a step left undone and posted twice on every social account',
      lesson: 'a yes that has not come is a no',
      source: 'https://github.com/anthropics/claude-code/issues/43665',
    },
    like: {
      verbs: ['create', 'update', 'disclose'],
      places: ['remote'],
      types: ['post', 'tweet', 'status', 'story', 'campaign'],
    },
  },
  {
    precedent: {
      id: 'INC-083',
      when: 'February 2026',
      what: 'Claude Code was to send one test mail and called the interface that writes to 35 people; a key that was not valid kept it',
      lesson: 'recipients are counted before anything is sent',
      source: 'https://github.com/anthropics/claude-code/issues/26642',
    },
    like: {
      verbs: ['create', 'update', 'disclose'],
      places: ['remote'],
      types: ['message', 'mail', 'email', 'invite', 'invitation', 'notification'],
    },
  },
  {
    precedent: {
      id: 'INC-096',
      when: 'September 2025',
      what: 'A mail server for agents got one line in release 1.0.16 that copied every message to a stranger: 1,643 downloads',
      lesson: 'what is published reaches all who did not pin, at once',
      source: 'https://postmarkapp.com/blog/information-regarding-malicious-postmark-mcp-package',
    },
    like: {
      verbs: ['create', 'update'],
      places: ['remote'],
      types: ['release', 'package', 'version', 'extension', 'image'],
    },
  },
  {
    precedent: {
      id: 'INC-084',
      when: 'April 2026',
      what: 'Claude Code, looking into an error, called the live function with a real person’s id: a mail went out from the official address',
      lesson: 'what goes to a live system goes to people',
      source: 'https://github.com/anthropics/claude-code/issues/50789',
    },
    like: { verbs: ['disclose'], places: ['remote'], types: ['host'] },
  },
]
