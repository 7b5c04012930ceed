import { resolve } from 'node:path'
import type { Instead, Verb } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import { anything, type Field, known, literal, onePath, show } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'
import { interpret } from '../../lang/shell/interpret.ts'
import type { Invocation, Redirect } from '../../lang/shell/invocation.ts'
import { typed } from '../../lang/shell/quoted.ts'
import { firstScope, type Ground, type Scope } from '../../lang/shell/scope.ts'
import type { CodeTouch, Language, PathTouch, RunTouch, ScriptTouch, TaskTouch, Touch } from '../../programs/grammar.ts'
import { touches } from '../../programs/lookup.ts'
import { INPUT } from '../../programs/touch.ts'
import { commandStep, type Notes, within, wordOf } from '../notes.ts'
import { assignmentDraft } from './assignment.ts'
import { codeTouches } from './code.ts'
import {
  assignmentDrafts,
  elsewhere,
  hints,
  hostDraft,
  movesHistory,
  objectDraft,
  opaque,
  processDraft,
} from './draft.ts'
import { broughtFirst, lineOf, PLAINLY, standing, writtenFirst } from './instead.ts'
import { isProgram, scriptNamed, shebang } from './launch.ts'
import { Made } from './made.ts'
import { GRAVE, resolvePath } from './resolve.ts'
import { isOutward, TASK_FILES, taskText } from './tasks.ts'
import { historyDrafts, worktreeDrafts } from './worktree.ts'

/** Commands inside commands that are followed before it counts as too deep. */
const DEEPEST = 8
const NAMED = { instead: { words: 'write out which program is to run' } }
const TOO_DEEP = 'commands inside commands, too deep to follow'

const STDIN = /^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/

/** What one command line would touch. Pure: facts come in as an argument. */
export function predictShell(text: string, facts: Facts, notes?: Notes): readonly Draft[] {
  const { cwd, home, workspace, env } = facts.surroundings
  const ground: Ground = { cwd, home, workspace, env }
  return new Walk(facts, ground, notes).text(text, firstScope(ground), { by: 'the command', depth: 0 })
}

/** Where in a prediction one stands. */
interface At {
  /** The simple command that does it, as a person sees it. */
  readonly by: string
  readonly depth: number
}

interface Standing extends At {
  readonly invocation: Invocation
}

type Code = Pick<CodeTouch, 'language' | 'text' | 'args'> & {
  /** Where the text stands, for notes. */
  readonly file?: { readonly named: Field; readonly path: string }
}

/** One prediction: facts and ground stay the same all through it. */
class Walk {
  readonly #facts: Facts
  readonly #ground: Ground
  readonly #notes: Notes | undefined
  readonly #made = new Made()

  constructor(facts: Facts, ground: Ground, notes: Notes | undefined) {
    this.#facts = facts
    this.#ground = ground
    this.#notes = notes
  }

  text(text: string, scope: Scope, { by, depth }: At): readonly Draft[] {
    if (depth > DEEPEST) return [opaque(by, TOO_DEEP, { instead: PLAINLY })]
    const { invocations, opaque: reasons } = interpret(text, this.#ground, scope)
    const drafts = [...reasons].map(([why, run]) =>
      within(
        this.#notes,
        () => ({ kind: 'unread', why }),
        () => opaque(by, why, { instead: run === undefined ? PLAINLY : writtenFirst(run, 'sh', true) }),
      ),
    )
    for (const invocation of invocations) {
      const { source } = invocation
      const touched = this.#invocation({
        invocation,
        by: source.length > 200 ? `${source.slice(0, 200)}…` : source,
        depth,
      })
      const piped = invocation.input.kind === 'text' ? invocation.input.text : undefined
      this.#made.note(touched, piped, () => lineOf(invocation, this.#ground))
      drafts.push(...touched)
    }
    return drafts
  }

  #invocation(at: Standing): readonly Draft[] {
    const { argv, redirects, assigns } = at.invocation
    return within(
      this.#notes,
      () => commandStep(at.invocation),
      () => [
        ...redirects.flatMap((redirect) => this.#redirect(redirect, at)),
        ...assigns.flatMap(({ name, value }) => this.#loads(assignmentDraft(name, value, at.by), at)),
        ...(argv.length > 0 ? this.#command(argv, at) : []),
      ],
    )
  }

  /** A variable that makes the command run something else: the command itself goes without it. */
  #loads(drafts: readonly Draft[], { invocation }: Standing): readonly Draft[] {
    const line = drafts.length > 0 && invocation.argv.length > 0 ? typed(invocation.argv) : undefined
    if (line === undefined) return drafts
    const plain = { run: line, after: 'and leave the variable to a person' }
    const instead = standing(plain, { ...invocation, assigns: [] }, this.#ground)
    return instead === undefined ? drafts : drafts.map((draft) => ({ ...draft, instead }))
  }

  /** What the program's grammar says to do instead, in the folder and with the variables of this command. */
  #standing<T extends { readonly instead?: Instead }>(touch: T, { invocation }: Standing): T {
    if (touch.instead === undefined) return touch
    const { instead, ...rest } = touch
    const there = standing(instead, invocation, this.#ground)
    return { ...rest, ...(there && { instead: there }) } as T
  }

  #redirect({ operator, path }: Redirect, at: Standing): readonly Draft[] {
    const host = /^\/dev\/(?:tcp|udp)\/([^/]+)/.exec(path.text)?.[1]
    if (host !== undefined)
      return [{ verb: 'disclose', resource: { kind: 'host', name: host }, by: at.by, certainty: 'known' }]
    const verbs: readonly Verb[] =
      operator === 'read' ? ['read'] : operator === 'both' ? ['read', 'update'] : ['update']
    return verbs.map((verb) => this.#path(verb, { path }, at))
  }

  #command(argv: readonly Field[], at: Standing): readonly Draft[] {
    const { by, depth, invocation } = at
    const [program = known(''), ...args] = argv
    const name = literal(program)
    if (name === undefined)
      return [
        opaque(by, `which program runs is not known: ${program.unknown?.why ?? 'a pattern of file names'}`, NAMED),
      ]
    if (depth > DEEPEST) return [opaque(by, TOO_DEEP, { instead: PLAINLY })]
    const script = scriptNamed(name, invocation.scope, this.#facts)
    if (script !== undefined) return this.#script({ kind: 'script', ...script, args }, at)
    const line = { name: name.replace(/^.*\//, ''), args, piped: invocation.input.kind !== 'inherited' }
    return touches(line).flatMap((touch) => this.#touch(touch, { ...at, depth: depth + 1 }))
  }

  #touch(touch: Touch, at: Standing): readonly Draft[] {
    const { by, invocation } = at
    switch (touch.kind) {
      case 'path':
        return this.#paths(touch, at)
      case 'object':
        if (movesHistory(touch)) return historyDrafts('update', { by, cwd: invocation.scope.cwd }, this.#facts)
        return [objectDraft(this.#standing(touch, at), by, this.#facts)]
      case 'host':
        return [hostDraft(touch, by)]
      case 'process':
        return [processDraft(touch, by)]
      case 'worktree':
        return worktreeDrafts(touch, invocation.scope.cwd, by, this.#facts)
      case 'run':
        return this.#run(touch, at)
      case 'code':
        return elsewhere(touch.elsewhere, by, this.#code(touch, at))
      case 'script':
        return this.#script(touch, at)
      case 'stdin':
        return elsewhere(touch.elsewhere, by, this.#stdin(touch.language, at))
      case 'task':
        return this.#task(touch, at)
      case 'opaque':
        return [opaque(by, touch.why, this.#standing(touch, at))]
    }
  }

  /** Where `names` are given and the path is a folder, they are meant inside it. */
  #paths(touch: PathTouch, at: Standing): readonly Draft[] {
    const draft = this.#path(touch.verb, touch, at)
    const names = touch.names ?? []
    const there =
      draft.resource.kind === 'path' && names.length > 0 ? this.#facts.path(draft.resource.path, 'place') : undefined
    const inside = there?.exists === true && there.type === 'folder' && there.certainty === 'known'
    const drafts = inside
      ? names.map((name) => this.#path(touch.verb, { ...touch, path: under(touch.path, name) }, at))
      : [draft]
    if (touch.leads !== undefined) this.#made.link(drafts, touch.leads, at.invocation.scope.cwd)
    return drafts.map((each) => ({ ...hints(touch), ...each }))
  }

  #path(verb: Verb, { path, tree = false }: Pick<PathTouch, 'path' | 'tree'>, { by, invocation }: Standing): Draft {
    // Programs expand `~/` themselves, in settings and defaults; a folder of that name is nobody's.
    const one = onePath(path) ?? path
    const own = one.text.startsWith('~/') ? { ...one, text: this.#ground.home + one.text.slice(1) } : one
    const found = resolvePath(verb, { path: own, tree, cwd: invocation.scope.cwd }, this.#facts)
    if (found.resource.kind !== 'path') return { verb, by, ...found }
    const leads = this.#made.through(found.resource.path, verb === 'delete')
    if (leads === undefined && GRAVE.has(verb))
      return opaque(by, `where the link ${found.resource.path} leads is not known`)
    return { verb, by, ...found, resource: { ...found.resource, path: leads ?? found.resource.path } }
  }

  #run(touch: RunTouch, at: Standing): readonly Draft[] {
    const { by, invocation } = at
    const { scope } = invocation
    const there = touch.cwd === undefined ? scope : { ...scope, cwd: under(scope.cwd, touch.cwd) }
    const { input } = invocation
    const line = input.kind === 'text' ? onePath(input.text) : undefined
    const argv = [
      ...touch.argv.map((field) => (field === INPUT ? (line ?? field) : field)),
      ...this.#more(touch, invocation),
    ]
    const drafts = within(
      this.#notes,
      () => commandStep({ argv }),
      () => this.#command(argv, { ...at, invocation: { ...invocation, scope: there } }),
    )
    return elsewhere(touch.elsewhere, by, [...assignmentDrafts(touch.env ?? [], by), ...drafts])
  }

  /** Arguments that come from the input, where its words or the paths in it are known. */
  #more({ argv, more }: RunTouch, { input }: Invocation): readonly Field[] {
    if (more === undefined) return []
    const text = more === 'input' && input.kind === 'text' ? input.text : undefined
    const plain = text?.unknown === undefined && /^[\w\s./:@%+,=-]*$/.test(text?.text ?? '\0')
    if (text !== undefined && plain)
      return text.text
        .split(/\s+/)
        .filter((word) => word !== '')
        .map(known)
    const paths = text === undefined ? undefined : onePath(text)
    return [paths ?? anything(`\`${show(argv[0] ?? known('it'))}\` gets its arguments from what is found`)]
  }

  #code({ language, text, args = [], file }: Code, at: Standing): readonly Draft[] {
    const deeper = { ...at, depth: at.depth + 1 }
    if (text.unknown !== undefined && (text.text === '' || language === 'sh'))
      return [
        opaque(at.by, `it runs ${text.unknown.why}`, {
          traits: text.unknown.downloaded === true ? ['tainted'] : [],
          instead: writtenFirst(text, language),
        }),
      ]
    const read = (): readonly Draft[] =>
      language === 'sh'
        ? // The first argument of `sh -c` is its `$0`.
          this.text(text.text, { ...at.invocation.scope, positional: args.slice(1) }, deeper)
        : codeTouches(text, language, args).flatMap((touch) => this.#touch(touch, deeper))
    // What a shell is given shows by its commands.
    if (language === 'sh' && file === undefined) return read()
    return within(
      this.#notes,
      () => ({ kind: 'code', language, text: wordOf(file?.named ?? text), ...(file && { path: file.path }) }),
      read,
    )
  }

  /** What the project's own file says that it runs; where that can't be had, what its name says. */
  #task({ name, of, args = [] }: TaskTouch, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    const run: Draft = { verb: 'execute', resource: { kind: 'program', name }, by: at.by, certainty: 'known' }
    const folder = scope.cwd.unknown === undefined ? scope.cwd.text : this.#ground.workspace
    for (const file of of === undefined ? [] : TASK_FILES[of]) {
      const content = this.#facts.text(resolve(folder, file))
      if (content.kind === 'unreadable') return [{ ...run, certainty: 'opaque', why: content.why }]
      if (content.kind !== 'text' || of === undefined) continue
      const text = taskText(of, content.text, name, args)
      if (text !== undefined) return [run, ...this.text(text, scope, { ...at, depth: at.depth + 1 })]
    }
    return [isOutward(name) ? { ...run, certainty: 'opaque', why: `what \`${name}\` runs is not found` } : run]
  }

  #stdin(language: Language, at: Standing): readonly Draft[] {
    const { input } = at.invocation
    if (input.kind === 'inherited') return []
    if (input.kind === 'text') return this.#code({ language, text: input.text }, at)
    return this.#script({ kind: 'script', language, path: input.path, args: [] }, at)
  }

  /** A file that is run: what this very command wrote, else what stands in it now. */
  #script({ language, path, args }: ScriptTouch, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    const code = (text: Field, spoken: Language, file?: string): readonly Draft[] => {
      const where = file === undefined ? {} : { file: { named: path, path: file } }
      return this.#code({ language: spoken, text, args: [path, ...args], ...where }, at)
    }
    if (STDIN.test(path.text) && path.unknown === undefined) return this.#stdin(language, at)
    // A process substitution, not a file: what another command prints is what runs.
    if (path.unknown !== undefined && path.text.startsWith('/dev/fd/')) return code({ ...path, text: '' }, language)
    const run = this.#path('execute', { path }, at)
    if (run.resource.kind !== 'path') return [run]
    if (this.#facts.surroundings.launchers.includes(this.#facts.path(run.resource.path, 'place').real))
      return this.#command([known('interlock'), ...args], at)
    const written = scope.written.get(path.text) ?? scope.written.get(run.resource.path)
    if (written !== undefined) return [run, ...code(written, language, run.resource.path)]
    const origin = this.#made.originOf(run.resource.path)
    if (origin.downloaded) {
      const instead =
        origin.line === undefined ? undefined : broughtFirst(origin.line, run.resource.path, language, this.#ground)
      return [opaque(at.by, `it runs what was downloaded to ${run.resource.path}`, { traits: ['tainted'], instead })]
    }
    const content = this.#facts.text(origin.path)
    // A program under another name, or through a link.
    if (content.kind === 'program' && isProgram(origin.path))
      return [run, ...this.#command([known(origin.path), ...args], { ...at, depth: at.depth + 1 })]
    // What is missing can't run, unless a step before builds it: then it is the project's own.
    if (content.kind === 'program' || content.kind === 'missing') return [run]
    if (content.kind === 'unreadable') return [{ ...run, certainty: 'opaque', why: content.why }]
    return [run, ...code(known(content.text), shebang(content.text) ?? language, origin.path)]
  }
}
