import type { KnownPrecedent } from '../likeness.ts'

/** Files on this machine. */
export const FILES: readonly KnownPrecedent[] = [
  {
    precedent: {
      id: 'INC-065',
      when: 'January 2026',
      what: 'oh-my-openagent, started on a plan that had been approved, deleted a Linux home and root together: the whole file system',
      lesson: 'a yes to a plan is none to what its steps turn out to be',
      source: 'https://github.com/code-yeongyu/oh-my-openagent/issues/1290',
    },
    like: { verbs: ['delete'], traits: ['ruin'], several: 2 },
  },
  {
    precedent: {
      id: 'INC-043',
      when: 'October 2025',
      what: 'Claude Code, building a project from a fresh checkout, deleted from the root of the file system on: the whole home was lost, and the record had kept the result but not the command',
      lesson: 'the command is on record before it runs, and the root is never meant',
      source: 'https://github.com/anthropics/claude-code/issues/10077',
    },
    like: { verbs: ['delete'], places: ['host'], traits: ['ruin'] },
  },
  {
    precedent: {
      id: 'INC-063',
      when: 'June 2025',
      what: 'Gemini CLI, with an installation that hung, removed all that a home folder held after its user had once clicked always',
      lesson: 'always is no answer to a delete',
      source: 'https://github.com/google-gemini/gemini-cli/issues/2617',
    },
    like: { verbs: ['delete'], places: ['home'], traits: ['ruin'], glob: true },
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
      id: 'INC-054',
      when: 'August 2026',
      what: 'A Codex subagent was to remove compiled caches; a wrong quote made the path the root of the drive: two project trees in 11 min, about 2 weeks of work',
      lesson: 'clearing caches is no reason to delete anything else in the same breath',
      source: 'https://github.com/openai/codex/issues/40329',
    },
    like: {
      verbs: ['delete'],
      places: ['home', 'host'],
      tree: true,
      beside: { verbs: ['delete'], traits: ['rebuildable'] },
    },
  },
  {
    precedent: {
      id: 'INC-066',
      when: 'April 2026',
      what: 'Cursor copied and then removed folders outside of its repository: the documents folder and stored credentials were gone; the protection of outside files covered its edit tools, not the terminal',
      lesson: 'a protection holds for what is changed, by whichever tool',
      source:
        'https://forum.cursor.com/t/critical-incident-cursor-agent-left-repository-and-deleted-local-documents-folder/158991',
    },
    like: { verbs: ['delete'], traits: ['secret'] },
  },
  {
    precedent: {
      id: 'INC-056',
      when: 'February 2026',
      what: 'Codex had a person’s yes for 3 cache folders and deleted more than 10: about 328,000 files',
      lesson: 'a yes is for the paths that were shown, and no other',
      source: 'https://github.com/openai/codex/issues/12277',
    },
    like: { verbs: ['delete'], places: ['home', 'host'], several: 4 },
  },
  {
    precedent: {
      id: 'INC-048',
      when: 'August 2026',
      what: 'A recursive delete ran through a home folder for 11 min, about 200 GB, during unrelated work of Claude Code; afterwards nobody could say who had started it',
      lesson: 'who deleted what must be on record before it is gone',
      source: 'https://github.com/anthropics/claude-code/issues/83058',
    },
    like: { verbs: ['delete'], places: ['home', 'host'], files: 10_000 },
  },
  {
    precedent: {
      id: 'INC-062',
      when: 'January 2026',
      what: 'Gemini CLI, bringing repositories into a container, took the path inside for the path outside and removed 25 repositories and their backups',
      lesson: 'what is a copy of what is checked before both are in reach of one command',
      source: 'https://github.com/google-gemini/gemini-cli/issues/18011',
    },
    like: { verbs: ['delete'], places: ['home', 'host'], tree: true, several: 2 },
  },
  {
    precedent: {
      id: 'INC-057',
      when: 'April 2026',
      what: 'Codex Desktop, whose archiving of a conversation had failed, deleted more than 10 workspaces and installed programs: its own code did, not the model',
      lesson: 'a program’s own cleaning up is bound like the agent’s',
      source: 'https://github.com/openai/codex/issues/18509',
    },
    like: { verbs: ['delete'], places: ['host'], traits: ['system'] },
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
      id: 'INC-053',
      when: 'September 2026',
      what: 'Codex, whose plain delete of a build folder had failed on a reserved name, turned to another shell whose quoting broke: files outside of the workspace were lost',
      lesson: 'when a delete fails, the stronger form is not the next step',
      source: 'https://github.com/openai/codex/issues/43343',
    },
    like: { verbs: ['delete'], places: ['host'], tree: true },
  },
  {
    precedent: {
      id: 'INC-064',
      when: 'April 2026',
      what: 'opencode, to empty the folder at hand, used a variable that did not exist: what was left of the path was the root of the drive',
      lesson: 'a path with a part that nobody knows is not deleted',
      source: 'https://github.com/deepseek-ai/awesome-deepseek-agent/issues/3',
    },
    like: { verbs: ['delete'], opaque: true },
  },
  {
    precedent: {
      id: 'INC-102',
      when: 'January 2026',
      what: 'Claude Code, whose recursive delete a hook had blocked, said so and deleted with Python instead',
      lesson: 'what was refused in one language is refused in the next',
      source: 'https://github.com/disler/claude-code-damage-control/issues/8',
    },
    like: { verbs: ['delete'], opaque: true },
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
      id: 'INC-068',
      when: 'April 2026',
      what: 'A cleaning hook of Claude Code removed the worktrees of earlier sessions: about 300 files that no commit held, some 160 h of work',
      lesson: 'a worktree goes when what is in it is committed elsewhere',
      source: 'https://github.com/anthropics/claude-code/issues/46444',
    },
    like: { verbs: ['delete'], types: ['worktree'] },
  },
  {
    precedent: {
      id: 'INC-079',
      when: 'March 2026',
      what: 'Cursor, in a phase that was to read only, stashed and reset the work of its user: 45 files with 641 new lines',
      lesson: 'to read changes nothing, not even for a moment',
      source:
        'https://forum.cursor.com/t/cursor-ide-silently-runs-git-stash-git-reset-head-during-active-agent-session-all-uncommitted-changes-lost/156146',
    },
    like: { verbs: ['create', 'update', 'delete', 'replace'], traits: ['repository'], modes: ['read', 'plan'] },
  },
  {
    precedent: {
      id: 'INC-067',
      when: 'December 2025',
      what: 'Cursor, in a mode for plans and told not to run anything, deleted files that were tracked and ended processes on other hosts; the maker called it a critical bug',
      lesson: 'a mode holds where the call is carried out, or not at all',
      source: 'https://www.mintmcp.com/blog/cursor-plan-mode-destructive-operations',
    },
    like: { verbs: ['create', 'update', 'delete', 'replace', 'execute'], modes: ['plan'] },
  },
  {
    precedent: {
      id: 'INC-075',
      when: 'October 2025',
      what: 'Cline was to take all files back to 11 in the morning and cleaned what git did not track: an environment file and sources were gone, and hours',
      lesson: 'untracked files have no earlier state to go back to',
      source: 'https://github.com/cline/cline/issues/6955',
    },
    like: { verbs: ['delete'], places: ['workspace'], traits: ['repository'] },
  },
  {
    precedent: {
      id: 'INC-059',
      when: 'June 2025',
      what: 'Gemini CLI removed a folder of documents whose files it believed moved; the move had not happened',
      lesson: 'the source goes after the copy was looked at',
      source: 'https://github.com/google-gemini/gemini-cli/issues/1504',
    },
    like: {
      verbs: ['delete'],
      places: ['workspace'],
      tree: true,
      unversioned: true,
      beside: { verbs: ['create', 'update'], types: ['path'] },
    },
  },
  {
    precedent: {
      id: 'INC-060',
      when: 'July 2025',
      what: 'Gemini CLI moved all files into a folder that it had failed to make: each overwrote the one before',
      lesson: 'the exit code of the step before is read, and so is its result',
      source: 'https://github.com/google-gemini/gemini-cli/issues/4586',
    },
    like: {
      verbs: ['delete'],
      types: ['path'],
      tree: true,
      glob: true,
      unversioned: true,
      beside: { verbs: ['create', 'update'], types: ['path'] },
    },
  },
  {
    precedent: {
      id: 'INC-026',
      when: 'March 2026',
      what: 'Claude Code, at the start of a session, ran the project’s indexer, which deletes its index before it builds it: 301 MB over 677 documents, weeks of work',
      lesson: 'what a script removes first is at stake, however it ends',
      source: 'https://github.com/anthropics/claude-code/issues/37405',
    },
    like: { verbs: ['delete'], types: ['path'], unversioned: true, beside: { verbs: ['execute'] } },
  },
  {
    precedent: {
      id: 'INC-099',
      when: 'June 2026',
      what: 'Kiro, renumbering folders, changed into one and deleted a list of them: the first command was trusted, the second was not asked about, and newer data went',
      lesson: 'each part of a line is judged, and all of it together',
      source: 'https://github.com/kirodotdev/Kiro/issues/9314',
    },
    like: { verbs: ['delete'], places: ['workspace'], unversioned: true, several: 2 },
  },
  {
    precedent: {
      id: 'INC-098',
      when: 'June 2026',
      what: 'A test of Kiro’s trust by pattern showed that a trusted listing of files let a delete of all of them through behind it',
      lesson: 'trust in one command ends where the next begins',
      source: 'https://github.com/kirodotdev/Kiro/issues/9573',
    },
    like: { verbs: ['delete'], places: ['workspace'], unversioned: true, glob: true },
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
      id: 'INC-058',
      when: 'June 2026',
      what: 'A benchmark asked Codex to clean up old files: in 7 of 8 trials the only backup of the database went with them',
      lesson: 'old and unneeded is for the owner to say',
      source: 'https://github.com/openai/codex/issues/30028',
    },
    like: { verbs: ['delete'], places: ['workspace'], unversioned: true },
  },
]
