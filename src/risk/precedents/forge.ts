import type { KnownPrecedent } from '../likeness.ts'

/** What others build on, and what they read there. */
export const FORGE: readonly KnownPrecedent[] = [
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
      id: 'INC-094',
      when: 'May 2025',
      what: 'Researchers had an agent with one token for public and private repositories put private ones’ contents into a public pull request, by the words of an issue',
      lesson: 'what can be read with a token and what can be published with it are kept apart',
      source: 'https://invariantlabs.ai/blog/mcp-github-vulnerability',
    },
    like: {
      verbs: ['create', 'update'],
      types: ['pr', 'mr', 'pull', 'merge', 'gist', 'repo', 'repository'],
      traits: ['forge'],
    },
  },
  {
    precedent: {
      id: 'INC-007',
      when: 'March 2026',
      what: 'An agent at Meta, to help with a question, posted its advice on the internal forum by itself; an engineer acted on it, and about 2 h of access followed that nobody had authorised',
      lesson: 'what is said in public is said by a person, and advice is no authority',
      source:
        'https://www.engadget.com/ai/a-meta-agentic-ai-sparked-a-security-incident-by-acting-without-permission-224013384.html',
    },
    like: {
      verbs: ['create', 'update'],
      types: ['issue', 'comment', 'discussion', 'review', 'note', 'api'],
      traits: ['forge'],
    },
  },
]
