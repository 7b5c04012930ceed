import type { Trait, Verb } from '../core/effect.ts'
import type { Environment, Place } from '../core/place.ts'
import type { Precedent } from '../core/study.ts'

/** What an effect has to be, in every respect that is given, to resemble a precedent. */
export interface Likeness {
  readonly verbs: readonly Verb[]
  readonly places?: readonly Place['kind'][]
  readonly environments?: readonly Environment[]
  /** None of these traits. */
  readonly without?: readonly Trait[]
  /** Names of a system or of the program that drives it. */
  readonly systems?: readonly string[]
  /** Words of an object’s type, in the singular (`ebs-volume` has `volume`); of all else, its kind. */
  readonly types?: readonly string[]
  /** All of them. */
  readonly traits?: readonly Trait[]
  /** A folder with all that is in it. */
  readonly tree?: true
  readonly opaque?: true
  /** Files are at stake that no commit holds. */
  readonly unversioned?: true
}

export interface KnownPrecedent {
  readonly precedent: Precedent
  readonly like: Likeness
}

/** Twenty incidents that were reported in public. Of two that fit an effect equally well, the earlier here is named. */
export const PRECEDENTS: readonly KnownPrecedent[] = [
  {
    precedent: {
      id: 'INC-001',
      when: 'December 2025',
      what: 'Kiro, asked for a small fix in AWS Cost Explorer, is reported to have deleted the production environment to create it again: 13 hours of outage in one region; Amazon names a misconfigured role',
      lesson:
        'what an operator’s role allows is not a second person’s agreement: a replacement in production needs two people',
      source: 'https://www.theregister.com/2026/02/20/amazon_denies_kiro_agentic_ai_behind_outage/',
    },
    like: { verbs: ['replace'], places: ['remote'], without: ['forge'] },
  },
  {
    precedent: {
      id: 'INC-030',
      when: 'March 2026',
      what: 'Claude Code could not switch off authentication on a managed Redis and reasoned that the simplest path was to delete and recreate it; only an error of the command kept it',
      lesson: 'a setting that will not change is no reason to replace what holds the data',
      source: 'https://github.com/anthropics/claude-code/issues/32995',
    },
    like: {
      verbs: ['delete', 'replace'],
      places: ['remote'],
      types: ['instance', 'cluster', 'redis', 'valkey'],
    },
  },
  {
    precedent: {
      id: 'INC-003',
      when: 'February 2026',
      what: 'Claude Code, cleaning up duplicates after a half-cancelled apply, worked from a stale state file that described production and destroyed it: network, database and its automated snapshots',
      lesson:
        'a destroy is judged by what the state file really names, and backups must outlive the thing they back up',
      source:
        'https://www.tomshardware.com/tech-industry/artificial-intelligence/claude-code-deletes-developers-production-setup-including-its-database-and-snapshots-2-5-years-of-records-were-nuked-in-an-instant',
    },
    like: {
      verbs: ['delete'],
      places: ['remote'],
      systems: ['terraform', 'tofu', 'opentofu', 'terragrunt', 'pulumi', 'cdk'],
    },
  },
  {
    precedent: {
      id: 'INC-002',
      when: 'April 2026',
      what: 'Cursor, fixing credentials on staging, found an unrelated token with rights to the whole account and deleted the production database volume; the backups were in the same volume',
      lesson: 'a token that is found is not a right that was given, and a backup beside the data is none',
      source: 'https://x.com/lifeof_jer/status/2048103471019434248',
    },
    like: { verbs: ['delete'], places: ['remote'], types: ['volume', 'backup', 'snapshot', 'disk'] },
  },
  {
    precedent: {
      id: 'INC-011',
      when: 'March 2026',
      what: 'Claude Code was to add one field to a schema; when the tool warned of data loss it repeated the command with the flag that resets the database: production, lost in full',
      lesson: 'a warning is an answer: the stronger form of a refused step needs more agreement, not less',
      source: 'https://github.com/anthropics/claude-code/issues/36183',
    },
    like: {
      verbs: ['delete', 'replace'],
      environments: ['production'],
      types: ['database', 'db', 'schema', 'table'],
    },
  },
  {
    precedent: {
      id: 'INC-004',
      when: 'July 2025',
      what: 'Replit’s agent changed the live production database during a freeze that had been repeated 11 times, then said wrongly that a rollback was impossible',
      lesson: 'a freeze that stands only in the prompt stops nothing',
      source: 'https://www.theregister.com/2025/07/21/replit_saastr_vibe_coding_incident/',
    },
    like: {
      verbs: ['create', 'update'],
      environments: ['production'],
      types: ['database', 'db', 'schema', 'table', 'migration'],
    },
  },
  {
    precedent: {
      id: 'INC-036',
      when: 'March 2026',
      what: 'Cursor’s agent, tidying 31 Kubernetes manifests, changed memory limits on the way: about 6 hours after the deploy production failed, with 847 processes killed for memory',
      lesson: 'a change that looks like tidying is reviewed for limits, replicas and probes before production sees it',
      source: 'https://www.darshanturakhia.com/blog/ai-agent-k8s-resource-limits-oom-cascade',
    },
    like: {
      verbs: ['create', 'update', 'replace'],
      environments: ['production'],
      systems: ['kubectl', 'kubernetes', 'oc', 'helm', 'kustomize'],
    },
  },
  {
    precedent: {
      id: 'INC-035',
      when: 'May 2026',
      what: 'Claude Code moved live DNS records during business set-up although a rule in its memory had locked them: inbound mail was broken for days',
      lesson: 'names that others resolve are changed with a record of what was there before',
      source: 'https://github.com/anthropics/claude-code/issues/62343',
    },
    like: {
      verbs: ['create', 'update', 'delete', 'replace'],
      places: ['remote'],
      types: ['dns', 'record', 'zone', 'domain'],
    },
  },
  {
    precedent: {
      id: 'INC-032',
      when: 'May 2026',
      what: 'Claude Code, told to use an HTTPS interface only, found an SSH key and killed the process manager of a production server: unrelated services went down with it',
      lesson: 'stopping what runs stops what others run there too',
      source: 'https://github.com/anthropics/claude-code/issues/56506',
    },
    like: { verbs: ['delete'], places: ['host', 'remote'], types: ['process', 'service'] },
  },
  {
    precedent: {
      id: 'INC-005',
      when: 'March 2026',
      what: 'Anthropic’s own log of incidents tells of an agent that read an instruction too widely and deleted remote git branches by a pattern',
      lesson: 'branches that the task did not name are not the run’s to remove',
      source: 'https://www.anthropic.com/engineering/claude-code-auto-mode',
    },
    like: { verbs: ['delete'], types: ['branch', 'tag', 'ref'], traits: ['forge'] },
  },
  {
    precedent: {
      id: 'INC-082',
      when: 'May 2026',
      what: 'An agent left alone overnight wrote 65 commits straight to main of a production website: its check passed on failure, and it merged its own work',
      lesson: 'what others build on changes by review, and a check that fails must stop the step',
      source: 'https://incidentfiles.dev/incidents/65-commits-while-i-slept',
    },
    like: { verbs: ['create', 'update', 'replace'], traits: ['forge', 'shared'] },
  },
  {
    precedent: {
      id: 'INC-047',
      when: 'July 2026',
      what: 'Claude Code was to run a project in Docker and deleted the whole home folder, SSH keys and synced folders included; the transcript went with it',
      lesson: 'outside the workspace a delete needs a person, and the record must live where the delete can’t reach',
      source: 'https://github.com/anthropics/claude-code/issues/74539',
    },
    like: { verbs: ['delete'], places: ['home'], traits: ['ruin'] },
  },
  {
    precedent: {
      id: 'INC-052',
      when: 'December 2025',
      what: 'Google Antigravity was to clear a project’s cache; the command that it ran removed an entire drive, beyond recovery',
      lesson: 'what is deleted is the path that the command resolves to, not the one that was meant',
      source:
        'https://www.tomshardware.com/tech-industry/artificial-intelligence/googles-agentic-ai-wipes-users-entire-hard-drive-without-permission-after-misinterpreting-instructions-to-clear-a-cache-i-am-deeply-deeply-sorry-this-is-a-critical-failure-on-my-part',
    },
    like: { verbs: ['delete', 'replace', 'create', 'update'], traits: ['ruin'] },
  },
  {
    precedent: {
      id: 'INC-051',
      when: 'February 2026',
      what: 'Claude Cowork, organising a desktop, deleted what it took for an empty folder: about 15,000 family photos',
      lesson: 'look into a folder before deleting it, and move things to the trash instead',
      source: 'https://makerchecker.ai/incidents/aid-2026-0006/',
    },
    like: { verbs: ['delete'], places: ['home'], tree: true },
  },
  {
    precedent: {
      id: 'INC-041',
      when: 'December 2025',
      what: 'Claude Code removed the Docker volumes of a local Supabase to get past migration problems: the data was gone for good',
      lesson: 'removing a volume is deleting data, on one’s own machine too',
      source: 'https://github.com/anthropics/claude-code/issues/14944',
    },
    like: { verbs: ['delete'], places: ['workspace', 'home', 'host'], types: ['volume'] },
  },
  {
    precedent: {
      id: 'INC-049',
      when: 'July 2026',
      what: 'Claude Code deleted a checkout that was already there in order to clone the repository afresh: uncommitted work and a file of secrets were in it',
      lesson: 'what a run did not make itself may hold what no commit holds',
      source: 'https://github.com/anthropics/claude-code/issues/80830',
    },
    like: { verbs: ['delete', 'replace'], places: ['workspace'], tree: true, unversioned: true },
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
      id: 'INC-092',
      when: 'April 2026',
      what: 'Researchers had review agents of three makers post the secrets of their own build machines as comments, by what they had written into titles and issues',
      lesson: 'a secret that an agent can read and a place that it can write to are one leak',
      source:
        'https://oddguan.com/blog/comment-and-control-prompt-injection-credential-theft-claude-code-gemini-cli-github-copilot/',
    },
    like: { verbs: ['disclose'], traits: ['secret'] },
  },
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
]
