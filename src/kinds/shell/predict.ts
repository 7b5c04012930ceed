import type { Trait, Verb } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import { type Field, known, literal, show } from '../../lang/field.ts'
import { type Input, interpret, type Invocation } from '../../lang/shell/interpret.ts'
import { under } from '../../lang/shell/builtins.ts'
import { firstScope, type Ground, type Scope } from '../../lang/shell/scope.ts'
import { readCode } from '../../programs/code/read.ts'
import { CURRENT_BRANCH, isShared } from '../../programs/git-push.ts'
import type { Language, ObjectTouch, PathTouch, Touch } from '../../programs/grammar.ts'
import { touches } from '../../programs/lookup.ts'
import { assignmentDraft } from './assignment.ts'
import { programDrafts, shebang } from './launch.ts'
import { Made } from './made.ts'
import { resolvePath } from './resolve.ts'
import { worktreeDrafts } from './worktree.ts'

/** Commands inside commands that are followed before it counts as too deep. */
const DEEPEST = 8

/** What one command line would touch. Pure: facts come in as an argument. */
export function predictShell(text: string, facts: Facts): readonly Draft[] {
  const { cwd, home, workspace, env } = facts.surroundings
  const ground: Ground = { cwd, home, workspace, env }
  const walk = new Walk(facts, ground)
  return walk.text(text, firstScope(ground), 'the command', 0)
}

export function opaque(by: string, why: string, traits: readonly Trait[] = []): Draft {
  return { verb: 'execute', resource: { kind: 'anything' }, by, certainty: 'opaque', why, traits }
}

/** One prediction: facts and ground stay the same all through it. */
class Walk {
  readonly facts: Facts
  readonly ground: Ground
  readonly made = new Made()

  constructor(facts: Facts, ground: Ground) {
    this.facts = facts
    this.ground = ground
  }

  text(text: string, scope: Scope, by: string, depth: number): readonly Draft[] {
    if (depth > DEEPEST) return [opaque(by, 'commands inside commands, too deep to follow')]
    const { invocations, opaque: reasons } = interpret(text, this.ground, scope)
    const drafts = reasons.map((why) => opaque(by, why))
    for (const each of invocations) {
      const touched = this.#invocation(each, depth)
      this.made.note(touched)
      drafts.push(...touched)
    }
    return drafts
  }

  #invocation(invocation: Invocation, depth: number): readonly Draft[] {
    const { argv, scope, redirects, assigns, source } = invocation
    const by = source.length > 200 ? `${source.slice(0, 200)}…` : source
    const drafts = redirects.flatMap(({ operator, path }) => this.#redirect(operator, path, scope, by))
    for (const { name, value } of assigns) drafts.push(...assignmentDraft(name, value, by))
    if (argv.length > 0) drafts.push(...this.#command(argv, invocation, by, depth))
    return drafts
  }

  #redirect(operator: 'read' | 'write' | 'append' | 'both', path: Field, scope: Scope, by: string): Draft[] {
    const host = /^\/dev\/(?:tcp|udp)\/([^/]+)/.exec(path.text)
    if (host?.[1] !== undefined) return [{ verb: 'disclose', resource: { kind: 'host', name: host[1] }, by, certainty: 'known' }]
    const drafts: Draft[] = []
    if (operator === 'read' || operator === 'both') drafts.push(this.path('read', path, false, scope.cwd, by))
    if (operator !== 'read') drafts.push(this.path('update', path, false, scope.cwd, by))
    return drafts
  }

  #command(argv: readonly Field[], invocation: Invocation, by: string, depth: number): readonly Draft[] {
    const [program, ...args] = argv
    if (program === undefined) return []
    const name = literal(program)
    if (name === undefined) return [opaque(by, `which program runs is not known: ${program.unknown?.why ?? 'a pattern of file names'}`)]
    if (depth > DEEPEST) return [opaque(by, 'commands inside commands, too deep to follow')]
    const script = programDrafts(name, invocation.scope, this.facts)
    if (script !== undefined) return this.#script(script.language, known(script.path), args, invocation, by, depth)
    const piped = invocation.input.kind !== 'inherited'
    const line = { name: name.replace(/^.*\//, ''), args, piped }
    return touches(line).flatMap((touch) => this.#touch(touch, invocation, by, depth + 1))
  }

  #touch(touch: Touch, invocation: Invocation, by: string, depth: number): readonly Draft[] {
    const { scope } = invocation
    switch (touch.kind) {
      case 'path':
        return this.#paths(touch, scope.cwd, by)
      case 'object': {
        const { system, type, verb } = touch
        if (show(touch.name) === CURRENT_BRANCH) return [this.#currentBranch(touch, by)]
        if (system === 'git' && movesHistory(touch)) return worktreeDrafts({ kind: 'worktree', verb: 'update', loses: 'history', paths: [] }, scope.cwd, by, this.facts)
        const certainty = touch.assumed === true || touch.name.unknown !== undefined ? 'assumed' : 'known'
        return [{ ...hints(touch), verb, resource: { kind: 'object', system, type, name: show(touch.name) }, by, certainty }]
      }
      case 'host':
        return [{ ...hints(touch), verb: touch.verb, resource: { kind: 'host', name: show(touch.host) }, by, certainty: 'known' }]
      case 'process':
        return [{ ...hints(touch), verb: touch.verb, resource: { kind: 'process', name: touch.name.unknown?.why === '`$!`' ? '%' : show(touch.name) }, by, certainty: 'known' }]
      case 'worktree':
        return worktreeDrafts(touch, scope.cwd, by, this.facts)
      case 'run': {
        const inner = { ...invocation, argv: touch.argv, ...(touch.cwd && { scope: { ...scope, cwd: under(scope.cwd, touch.cwd) } }) }
        const argv = touch.more === undefined ? touch.argv : [...touch.argv, more(touch.argv)]
        const assigned = (touch.env ?? []).flatMap((each) => assignmentOf(each, by))
        return elsewhere(touch.elsewhere, by, [...assigned, ...this.#command(argv, inner, by, depth)])
      }
      case 'code':
        return elsewhere(touch.elsewhere, by, this.#code(touch.language, touch.text, touch.args ?? [], invocation, by, depth))
      case 'script':
        return this.#script(touch.language, touch.path, touch.args, invocation, by, depth)
      case 'stdin':
        return elsewhere(touch.elsewhere, by, this.#stdin(touch.language, invocation.input, invocation, by, depth))
      case 'task':
        return [{ verb: 'execute', resource: { kind: 'program', name: touch.name }, by, certainty: 'known' }]
      case 'opaque':
        return [opaque(by, touch.why)]
    }
  }

  /** A bare `git push`: which branch it reaches stands in the repository. */
  #currentBranch(touch: ObjectTouch, by: string): Draft {
    const head = this.facts.text(`${this.facts.surroundings.workspace}/.git/HEAD`)
    const branch = head.kind === 'text' ? /^ref: refs\/heads\/(.+)\s*$/.exec(head.text)?.[1] : undefined
    const { system, type, verb } = touch
    const traits = touch.traits ?? []
    const shared = verb === 'replace' && (branch === undefined || isShared(branch)) && !traits.includes('shared')
    return {
      ...hints({ ...touch, traits: shared ? [...traits, 'shared'] : traits }),
      verb,
      resource: { kind: 'object', system, type, name: branch ?? CURRENT_BRANCH },
      by,
      certainty: branch === undefined ? 'assumed' : 'known',
    }
  }

  #paths(touch: PathTouch, cwd: Field, by: string): readonly Draft[] {
    const tree = touch.tree === true
    const draft = { ...this.path(touch.verb, touch.path, tree, cwd, by) }
    const { resource } = draft
    const folder = resource.kind === 'path' && touch.names !== undefined && this.facts.path(resource.path, 'place')
    const inside = folder && folder.exists && folder.type === 'folder' && folder.certainty === 'known'
    if (!inside) return [{ ...hints(touch), ...draft }]
    return (touch.names ?? []).map((name) => ({ ...hints(touch), ...this.path(touch.verb, under(under(cwd, touch.path), name), tree, cwd, by) }))
  }

  path(verb: Verb, path: Field, tree: boolean, cwd: Field, by: string): Draft {
    return { verb, by, ...resolvePath(verb, this.#ownHome(path), tree, cwd, this.facts) }
  }

  /** Programs expand `~/` themselves, in settings and defaults; a folder of that name is nobody's. */
  #ownHome(path: Field): Field {
    return path.text.startsWith('~/') ? { ...path, text: this.ground.home + path.text.slice(1) } : path
  }

  #code(language: Language, text: Field, args: readonly Field[], invocation: Invocation, by: string, depth: number): readonly Draft[] {
    if (text.unknown !== undefined && (text.text === '' || language === 'sh')) return [opaque(by, `it runs ${text.unknown.why}`, text.unknown.downloaded ? ['tainted'] : [])]
    const source = text.unknown === undefined ? text.text : `${text.text} ${text.unknown.suffix}`
    if (language === 'sh') return this.text(source, { ...invocation.scope, positional: args }, by, depth + 1)
    return readCode(source, language, args).flatMap((touch) => this.#touch(touch, invocation, by, depth + 1))
  }

  #stdin(language: Language, input: Input, invocation: Invocation, by: string, depth: number): readonly Draft[] {
    if (input.kind === 'inherited') return []
    if (input.kind === 'text') return this.#code(language, input.text, [], invocation, by, depth)
    return this.#script(language, input.path, [], invocation, by, depth)
  }

  /** A file that is run: what this very command wrote, else what stands in it now. */
  #script(language: Language, path: Field, args: readonly Field[], invocation: Invocation, by: string, depth: number): readonly Draft[] {
    const { scope } = invocation
    // A process substitution, not a file: what another command prints is what runs.
    if (path.unknown !== undefined && path.text.startsWith('/dev/fd/')) return this.#code(language, { ...path, text: '' }, args, invocation, by, depth)
    const run = this.path('execute', path, false, scope.cwd, by)
    if (run.resource.kind !== 'path') return [run]
    const written = scope.written.get(path.text) ?? scope.written.get(run.resource.path)
    if (written !== undefined) return [run, ...this.#code(language, written, args, invocation, by, depth)]
    const origin = this.made.originOf(run.resource.path)
    if (origin.downloaded) return [opaque(by, `it runs what was downloaded to ${run.resource.path}`, ['tainted'])]
    const content = this.facts.text(origin.path)
    // What is missing can't run, unless a step before builds it: then it is the project's own.
    if (content.kind === 'program' || content.kind === 'missing') return [run]
    if (content.kind === 'unreadable') return [{ ...run, certainty: 'opaque', why: content.why }]
    return [run, ...this.#code(shebang(content.text) ?? language, known(content.text), args, invocation, by, depth)]
  }
}

/** Refs that a command moves or drops are files of the repository, and come back as such. */
function movesHistory({ type, verb, where }: ObjectTouch): boolean {
  return where === 'workspace' && verb !== 'read' && verb !== 'create' && ['branch', 'tag', 'stash', 'ref', 'reflog', 'head'].includes(type)
}

/** What the grammar adds to a touch that no fact could tell. */
function hints({ undo, traits, why, where }: Partial<Pick<Draft, 'undo' | 'traits' | 'why' | 'where'>>): Partial<Draft> {
  return { ...(undo && { undo }), ...(traits && { traits }), ...(why && { why }), ...(where && { where }) }
}

function assignmentOf(field: Field, by: string): readonly Draft[] {
  const at = field.text.indexOf('=')
  return at < 0 ? [] : assignmentDraft(field.text.slice(0, at), { ...field, text: field.text.slice(at + 1) }, by)
}

/** Arguments that are found or read only while it runs. */
function more(argv: readonly Field[]): Field {
  const program = argv[0] === undefined ? 'it' : `\`${show(argv[0])}\``
  return { text: '', glob: false, unknown: { why: `${program} gets its arguments from what is found`, shape: 'text', suffix: '' } }
}

/** On another host or in a container: reads pass as reads there, the rest is that system's to lose. */
function elsewhere(system: string | undefined, by: string, drafts: readonly Draft[]): readonly Draft[] {
  if (system === undefined) return drafts
  return drafts.map((draft) => {
    const name = draft.resource.kind === 'path' ? draft.resource.path : by
    const why = draft.why === undefined ? {} : { why: draft.why }
    return { verb: draft.verb, resource: { kind: 'object', system, type: 'shell', name }, by, certainty: draft.certainty, ...why }
  })
}
