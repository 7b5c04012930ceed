#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { Reach } from './cli/guard.ts'
import type { LedgerFiles } from './cli/log.ts'
import { failure } from './cli/render.ts'
import { systemClock } from './core/clock.ts'
import { EXIT } from './core/ruling.ts'
import { reachOf } from './root/reach.ts'

/** What every command gets. Parts are loaded when they are called: starting is most of what a short command costs. */
interface Given {
  readonly program: Command
  readonly env: NodeJS.ProcessEnv
  readonly reach: Reach
  /** `--` was typed: what follows it is a command. */
  readonly dashed: boolean
  /** Sets the exit code. */
  readonly end: (code: number) => void
}

function commandLine(argv: readonly string[], env: NodeJS.ProcessEnv, end: (code: number) => void): Command {
  const program = new Command('interlock')
    .description(
      'Judges what coding agents do by its effects, holds what can’t be undone,\nrecords all of it, and takes it back.',
    )
    .helpOption('-h, --help', 'what there is, and how to use it')
    .addHelpText('after', HELP)
    .exitOverride()
    .enablePositionalOptions()
  const given: Given = { program, env, reach: reachOf(env), dashed: argv.includes('--'), end }
  guarding(given)
  judging(given)
  explaining(given)
  answering(given)
  recording(given)
  reporting(given)
  remembering(given)
  asking(given)
  working(given)
  return program
}

function guarding({ program, env, end }: Given): void {
  program
    .command('init')
    .summary('guard Claude Code: install its hooks')
    .description(
      'Installs the guard’s hooks in Claude Code’s settings and proves with Claude Code itself that they hold.\nIts own questions stay as they are.',
    )
    .option('--yes', 'ask nothing')
    .option('--project', 'this folder’s settings instead of the user’s')
    .option('--take-over', 'be asked by Interlock alone: what it allows is not asked again')
    .option('--trailers', 'let agents’ commits in this repository name their receipt, by a git hook')
    .option('--no-trailers', 'do not, and do not ask')
    .option('--remove', 'take the hooks out again')
    .action(async (options) =>
      end(await (await import('./root/init.ts')).init(options, { env, cwd: process.cwd(), agree })),
    )
  program
    .command('status')
    .summary('what is guarded, at which level, and what is not')
    .option('--prove', 'try it with Claude Code, in folders of its own')
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./root/init.ts')).status(options, env)))
  program
    .command('serve')
    .summary('the guard itself; hooks and commands start it')
    .option('--stop', 'end the one that runs')
    .action(async (options) => {
      const { serve, stopServing } = await import('./root/serve.ts')
      end(options.stop === true ? await stopServing(env) : await serve(env))
    })
}

function judging({ program, env, end }: Given): void {
  program
    .command('check')
    .summary('the ruling on a command; nothing runs')
    .description(
      'The ruling on a command, with its effects. Nothing runs and nothing is recorded.\nExit code: 0 allowed, 10 held, 11 denied.',
    )
    .argument('[command...]', 'after `--`; one word is read as a shell reads a line')
    .option('--batch', 'cases as JSON Lines on stdin: {id, kind, input, cwd?, home?, target?}')
    .option('--json', 'as JSON')
    .passThroughOptions()
    .action(async (words: string[], options, check: Command) => {
      if (words.length === 0 && options.batch !== true)
        check.error("error: name a command, as in 'interlock check -- ls'")
      const [{ judgeFor }, cli] = await Promise.all([import('./root/check.ts'), import('./cli/check.ts')])
      const judge = judgeFor(env, process.cwd())
      end(options.batch === true ? await cli.checkBatch(judge) : await cli.checkOne(judge, words, options))
    })
  program
    .command('exec')
    .summary('run a command: judged first, undoable after')
    .description(
      'Runs a command on this terminal after the guard allowed it. Exit code: the command’s own;\n125 held or denied, 126 the guard failed, 127 not found.',
    )
    .argument('<command...>', 'after `--`')
    .passThroughOptions()
    .action(async (argv: string[]) => {
      end(await (await import('./root/exec.ts')).execHere(argv, env, () => process.cwd()))
    })
}

function explaining({ program, env, dashed, end }: Given): void {
  program
    .command('explain')
    .summary('why a ruling is what it is')
    .description(
      'The ruling on a command with all that it rests on: how it was read, what was\nlooked at, what it would do, and what policy was asked and said. Nothing runs\nand nothing is recorded. A recorded call is judged once more.\nExit code: 0 allowed, 10 held, 11 denied.',
    )
    .argument('[what...]', 'a receipt; or a command after `--`')
    .option('--batch', 'cases as JSON Lines on stdin: {id, kind, input, cwd?, home?, target?}')
    .option('--json', 'as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .passThroughOptions()
    .action(async (words: string[], options, explain: Command) => {
      if (words.length === 0 && options.batch !== true)
        explain.error("error: name a command or a receipt, as in 'interlock explain -- rm -rf ~/old'")
      const { explainWhat } = await import('./root/explain.ts')
      end(await explainWhat({ words, command: dashed, options }, env, process.cwd()))
    })
  program
    .command('knows')
    .summary('what is known of a program: its verbs and options as effects')
    .description('Each option is tried beside two operands, `a` and `b`, with the value `x`. Nothing runs.')
    .argument('<program>', 'its name')
    .action(async (name: string) => end((await import('./root/knows/knows.ts')).knows(name)))
  const policy = program.command('policy').summary('the rules: test them, and see how they come to an answer')
  policy
    .command('explain')
    .summary('which rules decide, and under which safeguards')
    .description(
      'A rule as it stands in its file. Or how the rules answer a question, or those\nthat a command leads to: which safeguards were tried, and which rules decided.',
    )
    .argument('<what...>', 'a rule; a question, its verb first; or a command after `--`')
    .option('--json', 'as JSON Lines, one question each')
    .addHelpText('after', POLICY_EXPLAIN_HELP)
    .passThroughOptions()
    .action(async (words: string[], options) => {
      const { policyExplain } = await import('./root/policy.ts')
      end(await policyExplain({ words, command: dashed, options }, env, process.cwd()))
    })
  policy
    .command('test')
    .description('runs the cases of the built-in rules')
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./root/policy.ts')).policyTest(options)))
}

function answering({ program, env, reach, end }: Given): void {
  program
    .command('confirm')
    .summary('the operator’s yes to a held call')
    .description(
      'Shows a held call and asks for a yes or no. The same call then passes once. Without a ticket: what waits.\nWith a repository’s `interlock.yaml`: lets what it widens count, until a byte of it changes.',
    )
    .argument('[ticket or file]', 'the ticket that the hold named, or an `interlock.yaml`')
    .option('--refuse', 'a no; also to what waits for others')
    .option('--json', 'what waits, as JSON Lines')
    .action(async (what: string | undefined, options) => {
      const { confirmWhat } = await import('./root/confirm.ts')
      end(await confirmWhat(what, options, { reach, agree, cwd: process.cwd() }))
    })
  program
    .command('console')
    .summary('what waits, what ran and what is recorded, in a browser')
    .description(
      'Prints a link that opens the guard’s console once, in a browser on this machine:\nanswer held calls, look through runs and undo them, check the ledger, stop everything.',
    )
    .option('--no-browser', 'print the link, open nothing')
    .action(async (options) => end(await (await import('./root/console.ts')).openConsole(options, { reach, env })))
  program
    .command('undo')
    .summary('give back what an action or a run changed')
    .argument('[what]', 'a receipt or a run')
    .option('--last', 'the last action that changed something')
    .option('--list', 'what can be given back')
    .option('--dry-run', 'show it, change nothing')
    .option('--yes', 'ask nothing')
    .option('--json', 'as JSON')
    .action(async (what: string | undefined, options) =>
      end(await (await import('./cli/undo.ts')).undo(what, options, { reach, agree })),
    )
  program
    .command('stop')
    .summary('stop everything, at once')
    .description('From now on every call is denied, also after a restart, until `interlock resume`.')
    .argument('[why]', 'for the record', 'by hand')
    .action(async (why: string) => end(await (await import('./root/breaker.ts')).stop(why, reach, env)))
  program
    .command('resume')
    .summary('let calls be judged again')
    .action(async () => end(await (await import('./root/breaker.ts')).resume(reach, agree)))
}

function recording({ program, env, end }: Given): void {
  const log = program.command('log').summary('the ledger: list, show, who, verify, prove, recover')
  const open = async (): Promise<LedgerFiles> => (await import('./root/ledger.ts')).ledgerFiles(env)
  log
    .command('list')
    .description('one line a receipt, newest last')
    .option('--last <n>', 'how many', '20')
    .option('--json', 'as JSON Lines')
    .action(async (options) =>
      end(await (await import('./cli/log.ts')).logList(await open(), { ...options, last: Number(options.last) })),
    )
  log
    .command('show')
    .description('everything that the ledger says of one receipt')
    .argument('<receipt>')
    .option('--json', 'as JSON Lines')
    .action(async (receipt: string, options) =>
      end(await (await import('./cli/log.ts')).logShow(await open(), receipt, options)),
    )
  log
    .command('who')
    .description(
      'who allowed a commit, and why: by the receipts that its message names, checked against\nthe ledger; or by what the ledger saw. Exit code: 0 known, 12 not known, 1 the message names\nwhat the ledger does not bear out.',
    )
    .argument('<commit>', 'as git names it, in this folder')
    .option('--path <file>', 'also the calls that changed this file before')
    .option('--json', 'as JSON')
    .action(async (commit: string, options) =>
      end(await (await import('./root/who.ts')).logWho(commit, options, { env, cwd: process.cwd() })),
    )
  log
    .command('verify')
    .description('re-computes every hash and signature from the files alone')
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./cli/log.ts')).logVerify(await open(), options)))
  log
    .command('prove')
    .description(
      'everything on record of one receipt, as JSON, with the proof that the ledger holds it;\nwho checks it needs neither us nor the ledger (docs/record.md)',
    )
    .argument('<receipt>')
    .action(async (receipt: string) => end(await (await import('./root/prove.ts')).logProve(receipt, env)))
  log
    .command('recover')
    .description('goes on after entries were lost, which the guard refuses to: loud, recorded, and a person’s to say')
    .requiredOption('--accept-loss', 'what is lost is lost')
    .option('--reason <text>', 'for the record', 'none given')
    .action(async (options) => end(await (await import('./root/ledger.ts')).recover(options.reason, env, agree)))
}

function reporting({ program, env, end }: Given): void {
  program
    .command('report')
    .summary('who allowed it and why: the documentation of a run')
    .description(
      'Everything that the ledger tells of one run, as a document: what was asked, done, refused and\nundone, who answers for it, and how far the record can be trusted. Needs no guard.\nExit code: 1 where the ledger does not verify.',
    )
    .argument('[what]', 'a run, or one of its receipts or tickets')
    .option('--last', 'the run of the newest call')
    .option('--json', 'as JSON; its schema is src/wire/report.ts')
    .action(async (what: string | undefined, options, command: Command) => {
      const named = what ?? (options.last === true ? '--last' : undefined)
      if (named === undefined) return command.error("error: name a run, a receipt or a ticket, or say '--last'")
      end(await (await import('./root/report.ts')).report(named, options, env))
    })
}

function remembering({ program, env, end }: Given): void {
  const here = { env, cwd: process.cwd() }
  const precedent = program
    .command('precedent')
    .summary('what happened here before: propose, review, list')
    .description(
      'What happened in this organisation, kept in `.interlock/precedents.yaml` of a repository. Once\nanother person has reviewed it, it is shown beside whatever would do the like. It lowers no ruling.',
    )
  precedent
    .command('add')
    .description('proposes one: of a receipt, whose gravest effect it then resembles, or of a post-mortem as YAML')
    .argument('<from>', 'a receipt, or a file with `when`, `what`, `lesson`, `like`, `cost`, `link`')
    .option('--what <text>', 'what happened, in a sentence')
    .option('--lesson <text>', 'what to learn from it')
    .option('--cost <text>', 'what it cost')
    .option('--link <url>', 'where more is said of it')
    .option('--when <date>', 'as in 2026-03-14')
    .option('--id <id>', 'as in SHOP-7; else the next ORG number')
    .action(async (from: string, options) =>
      end(await (await import('./root/precedent.ts')).addPrecedent(from, options, here)),
    )
  precedent
    .command('review')
    .description('a second person’s yes to one that is committed; it counts when he has committed that himself')
    .argument('<id>')
    .action(async (id: string) =>
      end(await (await import('./root/precedent.ts')).reviewPrecedent(id, { ...here, agree })),
    )
  precedent
    .command('list')
    .description('all of this repository, and which of them count')
    .option('--json', 'as JSON Lines')
    .action(async (options) => end(await (await import('./root/precedent.ts')).listPrecedents(options, here)))
}

function asking(given: Given): void {
  const { program, env, end } = given
  const desk = program
    .command('desk')
    .summary('where people agree: approvals by others than the operator')
    .description(
      'Serves the desk: guards file there what needs other people, who see it in a browser and\nsign it with their passkeys. Without options at http://localhost:4180, to try it out.\nDATABASE_URL=postgres://… keeps what it knows in PostgreSQL, with any number of desks on it; else it is in a file.',
    )
    .option('--origin <url>', 'where browsers find it, as in https://desk.example.org')
    .option('--port <n>', 'where it listens')
    .option('--cert <file>', 'certificate with its chain, PEM')
    .option('--key <file>', 'private key of the certificate, PEM')
    .action(async (options) => end(await (await import('./root/desk.ts')).serveDesk(options, env)))
  desk
    .command('verify')
    .description('verifies each vote and each grant again, from the ledger’s files alone')
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./root/desk-verify.ts')).verifyDesk(options, env)))
  desk
    .command('move')
    .summary('bring a desk from its file into PostgreSQL')
    .description(
      'Copies the desk of this user, which must be stopped, into the empty database that DATABASE_URL names, and verifies what arrived. The file stays; no desk starts on it any more.',
    )
    .action(async () => end(await (await import('./root/desk-move.ts')).moveDesk(env)))
  desk
    .command('try-reach')
    .summary('send a test to each whom `desk.yaml` names')
    .description(
      'Sends a test notice to each webhook, room and mailbox that `desk.yaml` names. Exit code: 1 if one did not take it.',
    )
    .option('--origin <url>', 'the desk’s address, for the link in it')
    .action(async (options) => end(await (await import('./root/try-reach.ts')).tryReach(options, env)))
  enrolling(desk, given)
}

function enrolling(desk: Command, { program, env, reach, end }: Given): void {
  desk
    .command('enroll')
    .summary('let a desk answer for what needs other people')
    .description(
      'Makes a key for this guard and has the desk take it, against a one-time code that\nan admin made there. From then on what needs other people is held, and asked there.',
    )
    .argument('<url>', 'the desk’s address: https, or http://localhost')
    .argument('<code>', 'the one-time code')
    .option('--ca <file>', 'certificates to trust besides the system’s, PEM')
    .action(async (url: string, code: string, options) =>
      end(await (await import('./root/enrol.ts')).enrolHere({ url, code, ...options }, env)),
    )
  desk
    .command('leave')
    .summary('end this guard’s enrolment with its desk')
    .description(
      'What needs other people is denied from then on, and what waits on the desk is withdrawn.\nThe desk is told if it answers. A person says so, in a terminal.',
    )
    .action(async () => end(await (await import('./root/leave.ts')).leaveHere({ reach, agree }, env)))
  const approvals = program
    .command('approvals')
    .summary('what waits for other people, and how far it is')
    .option('--json', 'as JSON Lines')
    .action(async (options) => end(await (await import('./cli/approvals.ts')).listApprovals(options, reach)))
  approvals
    .command('wait')
    .description('waits for people’s answer; exit code: 0 approved, 11 denied, 10 still open or over')
    .argument('<ticket>', 'that the hold named')
    .option('--timeout <seconds>', 'wait no longer than this', seconds)
    .option('--json', 'where it stands then, as JSON')
    .action(async (ticket: string, options) => {
      const { waitForApproval } = await import('./cli/approvals.ts')
      end(await waitForApproval({ ticket, ...options }, { reach, clock: systemClock }))
    })
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('it is a number of seconds')
  return value
}

function working({ program, env, end }: Given): void {
  program
    .command('run')
    .summary('the agent: works on a goal in this folder')
    .description(
      'Works on a goal in this folder, as a client of the guard. Needs ANTHROPIC_API_KEY, or OPENAI_BASE_URL with INTERLOCK_MODEL.',
    )
    .argument('<goal...>')
    .action(async (goal: string[]) =>
      end(await (await import('./root/run.ts')).run(goal.join(' '), env, process.cwd())),
    )
  program
    .command('demo')
    .summary('December 2025, replayed')
    .option('--exit', 'end without waiting, for scripts')
    .action(async (options) => end(await (await import('./root/demo.ts')).demo(options, env)))
}

const EXPLAIN_HELP = `
Try it:
  interlock explain -- 'sudo rm -rf ~/old'    a line, as a shell would read it
  interlock explain r-pek9sv7t2e              a recorded call, as \`log list\` names it
  interlock explain --batch <<< '{"id":"1","kind":"tool","input":{"name":"Read","arguments":{"path":".env"}}}'`

const POLICY_EXPLAIN_HELP = `
Try it:
  interlock policy explain production/delete        the rule that an answer named
  interlock policy explain delete home U1 secret    a question, as in policies/builtin/cases
  interlock policy explain -- terraform destroy     what a command leads to

What a question does not say is: in the workspace, U0 (nothing to undo), known.
A remote place is production, and of tier 1.`

const HELP = `
Try it:
  interlock check -- rm -rf ~                what would happen, and why
  interlock explain -- 'curl -s x.sh | sh'   how it was read, and what was asked and tried
  interlock exec -- rm -rf build             judged, run, and kept for undo
  interlock undo --last                      give it back
  interlock init                             guard your own Claude Code

Exit codes: 0 allowed or done, 10 held, 11 denied, 12 outcome unknown, 2 usage, 1 fault.`

/** Asks the person at this terminal. */
async function agree(question: string): Promise<'yes' | 'no' | 'nobody'> {
  if (process.stdin.isTTY !== true) return 'nobody'
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  // What ends the input ends the question.
  const gone = new Promise<string>((resolve) => prompt.once('close', () => resolve('')))
  try {
    const said = await Promise.race([prompt.question(`${question} [y/N] `), gone])
    return /^y(?:es)?$/i.test(said.trim()) ? 'yes' : 'no'
  } finally {
    prompt.close()
  }
}

// Whoever reads us may have had enough, as `head` has.
process.stdout.on('error', () => process.exit(code))

let code: number = EXIT.done
try {
  const argv = process.argv.slice(2)
  await commandLine(argv, process.env, (ended) => {
    code = ended
  }).parseAsync(argv, { from: 'user' })
} catch (error) {
  if (error instanceof CommanderError) code = error.exitCode === 0 ? EXIT.done : EXIT.usage
  else {
    failure(error)
    code = EXIT.fault
  }
}
process.exitCode = code
