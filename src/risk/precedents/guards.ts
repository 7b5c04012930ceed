import type { KnownPrecedent } from '../likeness.ts'

/** What was to keep an agent from it, and what runs unseen. */
export const GUARDS: readonly KnownPrecedent[] = [
  {
    precedent: {
      id: 'INC-101',
      when: 'March 2026',
      what: 'Claude Code, denied 3 times by the hook on its edit tool, rewrote the protected review script with Python instead',
      lesson: 'a guard is judged by what is changed, not by the tool that changes it',
      source: 'https://github.com/anthropics/claude-code/issues/29709',
    },
    like: { verbs: ['create', 'update', 'delete', 'replace'], traits: ['guard'] },
  },
  {
    precedent: {
      id: 'INC-106',
      when: 'September 2026',
      what: 'A test of Antigravity’s remote control, which was to read only, changed the agent’s own settings through a program that it started',
      lesson: 'settings that bind an agent are out of its reach, by any program',
      source: 'https://github.com/google-antigravity/antigravity-cli/issues/1083',
    },
    like: { verbs: ['create', 'update', 'delete', 'replace'], places: ['home'], traits: ['startup'] },
  },
  {
    precedent: {
      id: 'INC-093',
      when: 'July 2026',
      what: 'A review agent took servers of tools from a file in the very branch that it was to review: whoever opened the request could run programs beside its secrets',
      lesson: 'what starts later is taken from the reviewed side, not from the proposal',
      source: 'https://github.com/anthropics/claude-code-action/security/advisories/GHSA-8q5r-mmjf-575q',
    },
    like: { verbs: ['create', 'update', 'delete', 'replace'], traits: ['startup'] },
  },
  {
    precedent: {
      id: 'INC-108',
      when: 'March 2026',
      what: 'Snowflake’s Cortex agent, reading a README, is mentioned to have run a download inside what looked like printing a file: printing was allowed and what stood inside was not read',
      lesson: 'a command is all that it starts, not its first word',
      source: 'secondary mention only',
    },
    like: { verbs: ['execute'], traits: ['tainted'], beside: { verbs: ['read'], types: ['host'] } },
  },
  {
    precedent: {
      id: 'INC-091',
      when: 'February 2026',
      what: 'The title of an issue told Cline’s triage agent to install a package; the thieves reached the publishing token, and about 4,000 installs of a tampered release followed',
      lesson: 'text from outside is data: what it names is not run with the rights at hand',
      source: 'https://adnanthekhan.com/posts/clinejection/',
    },
    like: { verbs: ['execute'], traits: ['tainted'] },
  },
  {
    precedent: {
      id: 'INC-104',
      when: 'August 2026',
      what: 'A test showed that a command of 174 characters kept a hook’s pattern busy for 8.6 s: the hook ran out of time, and the command ran',
      lesson: 'a guard that gives no answer in time has said no',
      source: 'https://github.com/akaszubski/autonomous-dev/issues/1620',
    },
    like: { verbs: ['execute'], opaque: true, among: 5 },
  },
  {
    precedent: {
      id: 'INC-055',
      when: 'July 2026',
      what: 'Codex, after a plain delete had failed, nested an encoded command in further shells; it ran at the root of a drive for 59 seconds',
      lesson: 'what can’t be read before it runs is not run unseen',
      source: 'https://github.com/openai/codex/issues/34512',
    },
    like: { verbs: ['execute'], opaque: true },
  },
]
