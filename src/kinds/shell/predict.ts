import { basename, dirname, resolve } from 'node:path'
import type { Instead, Verb } from '../../core/effect.ts'
import type { Draft, Facts } from '../../core/study.ts'
import { type Field, known, literal, onePath, show } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'
import { ofShell } from '../../lang/shell/builtins.ts'
import { interpret } from '../../lang/shell/interpret.ts'
import type { Redirect } from '../../lang/shell/invocation.ts'
import { typed } from '../../lang/shell/quoted.ts'
import { firstScope, folders, type Ground, type Input, type Scope } from '../../lang/shell/scope.ts'
import { environment } from '../../programs/environment.ts'
import type {
  CommandLine,
  Language,
  LoadTouch,
  ObjectTouch,
  PathTouch,
  RunTouch,
  ScriptTouch,
  StdinTouch,
  TaskTouch,
  Touch,
  WorktreeTouch,
} from '../../programs/grammar.ts'
import { touches } from '../../programs/lookup.ts'
import { cut, INPUT } from '../../programs/touch.ts'
import { commandStep, type Notes, within, wordOf } from '../notes.ts'
import { codeTouches } from './code.ts'
import { contentAt, whole } from './contents.ts'
import { loadedByCustom } from './custom.ts'
import { elsewhere, hints, hostDraft, isElsewhere, movesHistory, objectDraft, opaque, processDrafts } from './draft.ts'
import { argumentsFrom } from './fed.ts'
import { Files } from './files.ts'
import { broughtFirst, lineOf, PLAINLY, standing, writtenFirst } from './instead.ts'
import { isProgram, languageOf, shebang } from './launch.ts'
import { places, STARTUP } from './load.ts'
import { Made } from './made.ts'
import { modulesOf } from './modules.ts'
import { GRAVE, resolvePath } from './resolve.ts'
import { type At, type Code, fed, isStep, type Standing, startedBy } from './standing.ts'
import { isOutward, TASK_FILES, taskText } from './tasks.ts'
import { historyDrafts, worktreeDrafts } from './worktree.ts'

/** Commands inside commands that are followed before it counts as too deep. */
const DEEPEST = 8
const NAMED = { instead: { words: 'write out which program is to run' } }
/** Command lines that are followed, those inside others included, before the rest counts as too many. */
const MOST = 2_000
const TOO_DEEP = 'commands inside commands, too deep to follow'

/** A descriptor by the name of a file: its number, none for the standard input. */
const DESCRIPTOR = /^(?:\/dev\/stdin|\/(?:dev|proc\/(?:self|thread-self))\/fd\/(\d+))$/

/** What one command line would touch. Pure: facts come in as an argument. */
export function predictShell(text: string, facts: Facts, notes?: Notes): readonly Draft[] {
  return readShell(text, facts, notes).drafts
}

export interface ShellReading {
  readonly drafts: readonly Draft[]
  /** Every command line that may start a program, those inside wrappers and scripts included. */
  readonly commands: readonly (readonly Field[])[]
}

/** The same, with the command lines that it rests on. */
export function readShell(text: string, facts: Facts, notes?: Notes): ShellReading {
  const { cwd, home, workspace, env } = facts.surroundings
  const folder = (path: string): boolean => {
    const { exists, type, certainty } = facts.path(path, 'place')
    return exists && type !== 'file' && certainty === 'known'
  }
  const ground: Ground = { cwd, home, workspace, env, folder }
  const walk = new Walk(facts, ground, notes)
  const drafts = walk.text(text, firstScope(ground), { by: 'the command', depth: 0 })
  return { drafts, commands: walk.commands }
}

function stages([program, ...args]: readonly Field[]): boolean {
  return program?.text === 'git' && args.slice(0, 4).some(({ text }) => /^(?:add|stage)$/.test(text))
}

const ADDS = { undo: 'U0' } as const

/** One prediction: facts and ground stay the same all through it. */
class Walk {
  readonly commands: (readonly Field[])[] = []
  readonly #facts: Facts
  readonly #ground: Ground
  readonly #notes: Notes | undefined
  readonly #made = new Made()
  readonly #files: Files
  /** Modules that were followed. */
  readonly #loaded = new Set<string>()

  constructor(facts: Facts, ground: Ground, notes: Notes | undefined) {
    this.#facts = facts
    this.#ground = ground
    this.#notes = notes
    this.#files = new Files(this.#made, facts)
  }

  text(text: string, scope: Scope, { by, depth }: At): readonly Draft[] {
    if (depth > DEEPEST) return [opaque(by, TOO_DEEP, { instead: PLAINLY })]
    if (this.commands.length > MOST) return [opaque(by, `more than ${MOST} commands`, { instead: PLAINLY })]
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
      const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source
      const touched = this.#anywhere({ invocation, by: shown, depth })
      this.#made.note(touched, invocation, () => lineOf(invocation, this.#ground))
      for (const draft of touched) drafts.push(draft)
    }
    return drafts
  }

  /** In each folder that it may run in; what to do instead is told of the likeliest. */
  #anywhere(at: Standing): readonly Draft[] {
    const { invocation } = at
    const [first = [], ...others] = folders(invocation.scope).map((cwd) =>
      this.#invocation({ ...at, invocation: { ...invocation, scope: { ...invocation.scope, cwd, others: [] } } }),
    )
    const told = ({ instead: _, ...draft }: Draft, i: number): Draft => {
      const instead = first[i]?.instead
      return { ...draft, ...(instead && { instead }) }
    }
    return [...first, ...others.flatMap((drafts) => drafts.map(told))]
  }

  #invocation(at: Standing): readonly Draft[] {
    const { argv, redirects, assigns } = at.invocation
    return within(
      this.#notes !== undefined && isStep(at.invocation) ? this.#notes : undefined,
      () => commandStep(at.invocation),
      () => [
        ...redirects.flatMap((redirect) => this.#redirect(redirect, at)),
        ...assigns.flatMap(({ name, value }) => this.#without(this.#assigned(name, value, at), at)),
        ...(argv.length > 0 ? this.#command(argv, at) : []),
      ],
    )
  }

  /** A variable that makes the command run something else: the command itself goes without it. */
  #without(drafts: readonly Draft[], { invocation }: Standing): readonly Draft[] {
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

  /** What a variable brings along runs on its own: nothing is fed to it. */
  #assigned(name: string, value: Field, at: Standing): readonly Draft[] {
    const alone: Standing = {
      ...at,
      depth: at.depth + 1,
      invocation: { ...at.invocation, input: { kind: 'inherited' } },
    }
    return environment(name, value).flatMap((touch) => this.#touch(touch, alone))
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
    // zsh looks up `=rm` as it does `rm`.
    const name = literal(program)?.replace(/^=(?=\w)/, '')
    this.commands.push(name === undefined ? argv : [known(name), ...args])
    if (name === undefined)
      return [
        opaque(by, `which program runs is not known: ${program.unknown?.why ?? 'a pattern of file names'}`, NAMED),
      ]
    if (program.absent) return [opaque(by, 'which program runs is not the same in every shell', NAMED)]
    if (depth > DEEPEST) return [opaque(by, TOO_DEEP, { instead: PLAINLY })]
    const script = this.#files.named(name, invocation.scope)
    if (script !== undefined) return this.#script({ kind: 'script', ...script, args }, at)
    const looked = ofShell(name) ? undefined : this.#files.looked(name, invocation)
    // What is not there after all leaves the known one.
    const first =
      looked?.kind === 'own'
        ? this.#script({ kind: 'script', language: 'sh', path: known(looked.shown), args }, at)
        : looked?.kind === 'strange'
          ? [opaque(by, `\`PATH\` finds programs in ${looked.shown} first`)]
          : []
    const line = { name: name.replace(/^.*\//, ''), args, piped: invocation.input.kind !== 'inherited' }
    const deeper = { ...at, depth: depth + 1 }
    return [...first, ...touches(line).flatMap((touch) => this.#touch(touch, deeper)), ...this.#custom(line, deeper)]
  }

  /** What stands there is the project's own, as its tests are: of it counts what it plainly does. */
  #custom(line: CommandLine, at: Standing): readonly Draft[] {
    return loadedByCustom(line, at.invocation.scope, this.#facts).flatMap(({ path, language, written }) => {
      const drafts = this.#script({ kind: 'script', language, path: known(path), args: [] }, at)
      return written ? drafts : drafts.filter(({ certainty }) => certainty !== 'opaque')
    })
  }

  #touch(touch: Touch, at: Standing): readonly Draft[] {
    const { by, invocation } = at
    switch (touch.kind) {
      case 'path':
        return this.#paths(touch, at)
      case 'object':
        return this.#object(touch, at)
      case 'host':
        return [hostDraft(touch, by)]
      case 'process':
        return processDrafts(touch, by, this.#facts)
      case 'worktree':
        return this.#worktree(touch, at)
      case 'run':
        return this.#run(touch, at)
      case 'code':
        return elsewhere(touch.elsewhere, by, this.#code(touch, at))
      case 'script':
        return this.#script(touch, at)
      case 'load':
        return this.#load(touch, at)
      case 'stdin':
        return elsewhere(touch.elsewhere, by, this.#input(touch, invocation.input, at))
      case 'task':
        return this.#task(touch, at)
      case 'opaque':
        return [opaque(by, touch.why, this.#standing(touch, at))]
    }
  }

  #object(touch: ObjectTouch, at: Standing): readonly Draft[] {
    const { by, invocation } = at
    const settings = touch.type === 'remote'
    if (movesHistory(touch)) return historyDrafts('update', { by, cwd: invocation.scope.cwd, settings }, this.#facts)
    const draft = objectDraft(this.#standing(touch, at), by, this.#facts)
    // What is installed for the workspace is added where the command stands.
    const installs = touch.where === 'workspace' && touch.traits?.includes('rebuildable') === true
    const folder = installs ? [this.#path('create', { path: known('.') }, at)] : []
    return [draft, ...folder.filter((each) => isElsewhere(each, this.#facts)).map((each) => ({ ...each, ...ADDS }))]
  }

  /** Facts are from before the call: what this very call has staged is untracked to them. */
  #worktree(touch: WorktreeTouch, { by, invocation }: Standing): readonly Draft[] {
    const { cwd } = invocation.scope
    const staged = touch.loses === 'uncommitted' && this.commands.some(stages)
    const more = staged ? worktreeDrafts({ ...touch, verb: 'delete', loses: 'untracked' }, cwd, by, this.#facts) : []
    return [...worktreeDrafts(touch, cwd, by, this.#facts), ...more]
  }

  /** Where `names` are given and the path is a folder, they are meant inside it. */
  #paths(touch: PathTouch, at: Standing): readonly Draft[] {
    const draft = this.#path(touch.verb, touch, at)
    const names = touch.names ?? []
    const there =
      draft.resource.kind === 'path' && names.length > 0 ? this.#facts.path(draft.resource.path, 'place') : undefined
    const type = there?.type === 'link' ? this.#facts.path(there.real, 'place').type : there?.type
    const inside = there?.exists === true && type === 'folder' && there.certainty === 'known'
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
      ...argumentsFrom(touch, invocation.input),
    ]
    const assigns = (touch.env ?? []).flatMap((field) => {
      const [name, value] = cut(field, '=') ?? []
      return name === undefined || value === undefined ? [] : [{ name, value }]
    })
    const inner = { ...at, invocation: { ...invocation, scope: there, assigns: [...invocation.assigns, ...assigns] } }
    const set = assigns.flatMap(({ name, value }) => this.#assigned(name, value, inner))
    const drafts = within(
      this.#notes,
      () => commandStep({ argv }),
      () => this.#command(argv, inner),
    )
    return elsewhere(touch.elsewhere, by, [...set, ...drafts])
  }

  #code({ language, text, args = [], posix = false, file }: Code, at: Standing): readonly Draft[] {
    const deeper = { ...at, depth: at.depth + 1 }
    if (text.absent === 'part')
      return [opaque(at.by, 'it runs a text that not every shell can make', { instead: PLAINLY })]
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
          this.text(text.text, startedBy(at.invocation, args.slice(1), posix), deeper)
        : [
            ...codeTouches(text, language, args).flatMap((touch) => this.#touch(touch, deeper)),
            ...this.#modules(text.text, language, deeper),
          ]
    // What a shell is given shows by its commands.
    if (language === 'sh' && file === undefined) return read()
    return within(
      this.#notes,
      () => ({ kind: 'code', language, text: wordOf(file?.named ?? text), ...(file && { path: file.path }) }),
      read,
    )
  }

  /** Code by its place: what this very text wrote there is read, what lies where anybody may write is not known. */
  #load({ from, by, written: only }: LoadTouch, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    if (only === true) return this.#startup(from, at)
    const found = places(from, scope, this.#facts)
    const strange = found.find((each) => each.kind === 'strange')
    if (strange !== undefined) return [opaque(at.by, `${by} makes it load code from ${strange.shown}`)]
    const own = found.flatMap((each) => (each.kind === 'own' ? [each.shown] : []))
    const written = [...scope.written.keys()].filter((path) =>
      own.some((place) => path === place || path.startsWith(`${place}/`)),
    )
    return written.flatMap((path) =>
      this.#script({ kind: 'script', language: languageOf(path), path: known(path), args: [] }, at),
    )
  }

  #startup(from: Field, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    if (scope.written.size === 0) return []
    if (from.unknown !== undefined) {
      const own = [...scope.written.keys()].some((path) => STARTUP.includes(basename(path)))
      return own ? [opaque(at.by, `a shell begins with what stands in ${from.unknown.why}`)] : []
    }
    return STARTUP.flatMap((name) => {
      const home = from.text === '~' ? this.#ground.home : from.text
      const path = show(under(scope.cwd, known(`${home}/${name}`)))
      return scope.written.has(path)
        ? this.#script({ kind: 'script', language: 'sh', posix: true, path: known(path), args: [] }, at)
        : []
    })
  }

  /** What this very text wrote and its code then loads by name; other modules are the project's own. */
  #modules(text: string, language: Language, at: Standing): readonly Draft[] {
    const { written, cwd } = at.invocation.scope
    if (written.size === 0 || cwd.unknown !== undefined) return []
    const found = modulesOf(text, language).map((name) => resolve(at.folder ?? cwd.text, name))
    return [...new Set(found)].flatMap((path) => {
      if (!written.has(path) || this.#loaded.has(path)) return []
      this.#loaded.add(path)
      return this.#script({ kind: 'script', language, path: known(path), args: [] }, at)
    })
  }

  /** What the project's own file says that it runs; where that can't be had, what its name says. */
  #task({ name, of, args = [], checks, at: places = [] }: TaskTouch, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    const changed = (checks === true ? [] : [known('.'), ...places]).map((path) =>
      this.#path('update', { path, tree: true }, at),
    )
    const run: Draft = { verb: 'execute', resource: { kind: 'program', name }, by: at.by, certainty: 'known' }
    // Elsewhere it changes what is not the run's.
    const drafts = [run, ...changed.filter((each) => isElsewhere(each, this.#facts))]
    const folder = scope.cwd.unknown === undefined ? scope.cwd.text : this.#ground.workspace
    for (const file of of === undefined ? [] : TASK_FILES[of]) {
      const content = contentAt(resolve(folder, file), scope, this.#facts)
      if (content.kind === 'unreadable') return [{ ...run, certainty: 'opaque', why: content.why }]
      if (content.kind !== 'text' || of === undefined) continue
      const text = taskText(of, content.text, name, args)
      if (text !== undefined) return [...drafts, ...this.text(text, scope, { ...at, depth: at.depth + 1 })]
    }
    return isOutward(name) ? [{ ...run, certainty: 'opaque', why: `what \`${name}\` runs is not found` }] : drafts
  }

  #input(
    { language, args = [], posix = false }: Omit<StdinTouch, 'kind'>,
    input: Input,
    at: Standing,
  ): readonly Draft[] {
    if (input.kind === 'inherited') return []
    // The first argument of a text is its `$0`.
    if (input.kind === 'text')
      return this.#code({ language, text: input.text, args: [known(language), ...args], posix }, fed(at))
    return this.#script({ kind: 'script', language, path: input.path, args, posix }, at)
  }

  /** A file that is run: what this very command wrote, else what stands in it now. */
  #script({ language, path, args, posix = false }: ScriptTouch, at: Standing): readonly Draft[] {
    const { scope } = at.invocation
    const place = literal(under(scope.cwd, path))
    const inside: Standing = place === undefined ? at : { ...at, folder: dirname(place) }
    const code = (text: Field, spoken: Language, file?: string, within = inside): readonly Draft[] => {
      const where = file === undefined ? {} : { file: { named: path, path: file } }
      return this.#code({ language: spoken, text, args: [path, ...args], posix, ...where }, within)
    }
    const descriptor = path.unknown === undefined ? DESCRIPTOR.exec(path.text) : null
    if (descriptor !== null) {
      const { input } = at.invocation
      const held = (descriptor[1] ?? '0') === '0' ? input : scope.descriptors.get(descriptor[1] ?? '')
      return held === undefined
        ? [opaque(at.by, `it runs what is read from ${path.text}`)]
        : this.#input({ language, args, posix }, held, at)
    }
    // A process substitution, not a file: what another command prints is what runs.
    if (path.unknown !== undefined && path.text.startsWith('/dev/fd/')) return code({ ...path, text: '' }, language)
    const run = this.#path('execute', { path }, at)
    if (run.resource.kind !== 'path') return [run]
    if (this.#facts.surroundings.launchers.includes(this.#facts.path(run.resource.path, 'place').real))
      return this.#command([known('interlock'), ...args], at)
    const { origin, here } = this.#files.held(path, run.resource.path, scope)
    if (here !== undefined) {
      const written = whole(origin.path, here, this.#facts)
      const mark = `source ${written.text}`
      if (scope.calls.includes(mark)) return [run, opaque(at.by, 'a script runs itself', { instead: PLAINLY })]
      const marked = { ...at.invocation, scope: { ...scope, calls: [...scope.calls, mark] } }
      const spoken = shebang(written.text) ?? language
      return [run, ...code(written, spoken, run.resource.path, { ...inside, invocation: marked })]
    }
    if (origin.downloaded) {
      const instead =
        origin.line === undefined ? undefined : broughtFirst(origin.line, run.resource.path, language, this.#ground)
      return [opaque(at.by, `it runs what was downloaded to ${run.resource.path}`, { traits: ['tainted'], instead })]
    }
    const content = this.#facts.text(origin.path)
    // A program under another name, or through a link.
    if (content.kind === 'program' && isProgram(origin.path)) {
      this.commands.push([path, ...args])
      return [run, ...this.#command([known(origin.path), ...args], { ...at, depth: at.depth + 1 })]
    }
    // What is missing can't run, unless a step before builds it: then it is the project's own.
    if (content.kind === 'program' || content.kind === 'missing') return [run]
    if (content.kind === 'unreadable') return [{ ...run, certainty: 'opaque', why: content.why }]
    return [run, ...code(known(content.text), shebang(content.text) ?? language, origin.path)]
  }
}
