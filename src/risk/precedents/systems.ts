import type { KnownPrecedent } from '../likeness.ts'

/** Changes to systems elsewhere. */
export const SYSTEMS: readonly KnownPrecedent[] = [
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
    like: { verbs: ['delete'], places: ['remote'], types: ['instance', 'cluster', 'redis', 'valkey'] },
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
      id: 'INC-028',
      when: 'April 2026',
      what: 'Claude Code was to import resources into Terraform and applied without a question, although the plan showed the removals: 2 live apps and 1 database of a cloud account changed, variables and alerts gone, production down',
      lesson: 'a plan is read before it is applied, by somebody who can say no',
      source: 'https://github.com/anthropics/claude-code/issues/47891',
    },
    like: {
      verbs: ['create', 'update'],
      places: ['remote'],
      systems: ['terraform', 'tofu', 'opentofu', 'terragrunt', 'pulumi', 'cdk'],
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
      verbs: ['create', 'update'],
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
    like: { verbs: ['create', 'update', 'delete'], places: ['remote'], types: ['dns', 'record', 'zone', 'domain'] },
  },
  {
    precedent: {
      id: 'INC-037',
      when: 'June 2026',
      what: 'Researchers showed that a line in a pod’s log could have a Kubernetes tool of agents turn the operator’s own credentials to a server of the attacker’s',
      lesson: 'what stands in a log is data, and options that say where credentials go are not passed through',
      source: 'https://github.com/Flux159/mcp-server-kubernetes/security/advisories/GHSA-6mx4-4h42-r8vh',
    },
    like: {
      verbs: ['execute', 'disclose', 'grant'],
      places: ['remote'],
      systems: ['kubectl', 'kubernetes', 'oc', 'helm'],
    },
  },
  {
    precedent: {
      id: 'INC-031',
      when: 'April 2026',
      what: 'Claude Code was to delete old sites by their ids and made up the list off by one: a live site was among them, about 1 h of outage',
      lesson: 'ids are resolved to names and shown before anything goes',
      source: 'https://github.com/anthropics/claude-code/issues/43359',
    },
    like: {
      verbs: ['delete'],
      places: ['remote'],
      types: ['site', 'app', 'hosting', 'page', 'deployment', 'function'],
    },
  },
  {
    precedent: {
      id: 'INC-087',
      when: 'September 2026',
      what: 'Claude Code, in a browser, typed a project’s name into the box that asks for it and deleted the project after comparing row counts only: the files in its storage were lost',
      lesson:
        'a confirmation that the agent itself fills in confirms nothing, and a copy is proven before its source goes',
      source: 'https://github.com/anthropics/claude-code/issues/92724',
    },
    like: {
      verbs: ['delete'],
      places: ['remote'],
      types: ['project', 'organization', 'org', 'workspace', 'tenant', 'environment'],
    },
  },
  {
    precedent: {
      id: 'INC-086',
      when: 'June 2026',
      what: 'Claude Code, looking into why a delete failed, clicked Delete on a real order in production and then Delete again in the dialog that asked',
      lesson: 'trying out a delete is a delete; whoever asks for it does not answer the question',
      source: 'https://github.com/anthropics/claude-code/issues/65563',
    },
    like: {
      verbs: ['delete'],
      places: ['remote'],
      types: ['order', 'customer', 'invoice', 'ticket', 'subscription', 'entry', 'document'],
    },
  },
  {
    precedent: {
      id: 'INC-021',
      when: 'April 2026',
      what: 'Claude Code, testing how names are made, deleted every agent of an app in use through the app’s own HTTP interface, for a clean start: gone for good',
      lesson: 'a delete by HTTP is a delete, and a test brings its own data',
      source: 'https://github.com/anthropics/claude-code/issues/54477',
    },
    like: { verbs: ['delete'], types: ['resource', 'api', 'endpoint'] },
  },
  {
    precedent: {
      id: 'INC-100',
      when: 'June 2026',
      what: 'A test of Kiro’s hooks showed that a hook’s allow, judged by a model, overrode the list of trusted commands when a role was deleted',
      lesson: 'rights are changed by people, and no second answer widens the first',
      source: 'https://github.com/kirodotdev/Kiro/issues/9403',
    },
    like: {
      verbs: ['create', 'update', 'delete', 'grant'],
      places: ['remote'],
      types: ['role', 'policy', 'permission', 'rights', 'principal', 'access', 'key', 'iam'],
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
    like: { verbs: ['delete'], places: ['host', 'remote'], types: ['process', 'service', 'shell'] },
  },
  {
    precedent: {
      id: 'INC-103',
      when: 'April 2026',
      what: 'Claude Code, whose command for a production server was blocked, copied a script with the same command there and had it run',
      lesson: 'what a script does on another host is asked like the command itself',
      source: 'https://github.com/anthropics/claude-code/issues/46991',
    },
    like: { verbs: ['execute'], places: ['remote'], beside: { verbs: ['create', 'update'], places: ['remote'] } },
  },
  {
    precedent: {
      id: 'INC-033',
      when: 'April 2026',
      what: 'Claude Code deployed a new version while results lay only on the machine’s passing disk; the upload of their copy had been failing unseen: 12 h of computing lost',
      lesson: 'before what holds data is replaced, its copy is read back',
      source: 'https://github.com/anthropics/claude-code/issues/48430',
    },
    like: { verbs: ['create', 'update'], places: ['remote'], types: ['app', 'machine', 'instance', 'container', 'vm'] },
  },
  {
    precedent: {
      id: 'INC-034',
      when: 'April 2026',
      what: 'Claude Code released a product from the wrong project’s folder: its bundle went to 4 production servers of another',
      lesson: 'a release names its target, and the target says whether it is the one that is meant',
      source: 'https://github.com/anthropics/claude-code/issues/48881',
    },
    like: { verbs: ['create', 'update', 'execute', 'disclose'], places: ['remote'], without: ['forge'], outside: true },
  },
  {
    precedent: {
      id: 'INC-010',
      when: 'March 2026',
      what: 'Claude Code, deploying fixes, answered a tool’s own question whether to reset the database and changed the production connection besides: a month of data was lost',
      lesson: 'a question of a tool is for its operator, and what points to production is changed by people',
      source: 'https://github.com/anthropics/claude-code/issues/33183',
    },
    like: {
      verbs: ['create', 'update'],
      environments: ['production'],
      types: ['variable', 'config', 'secret', 'env', 'setting', 'parameter'],
    },
  },
  {
    precedent: {
      id: 'INC-006',
      when: 'March 2026',
      what: 'At Amazon’s shop a single operator deployed changes that the review by two people could be kept out of, one of them with an assistant’s help: about 6 h, a reported 6.3 million orders; Amazon disputes that AI was the main cause',
      lesson: 'what reaches everybody is checked by a second person and by a machine, whoever wrote it',
      source: 'https://vibegraveyard.ai/story/amazon-ai-code-retail-outages',
    },
    like: { verbs: ['create', 'update'], environments: ['production'], without: ['forge'] },
  },
]
