import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import { environment } from './environment.ts'
import type { Arguments, CommandLine, Family, Program, TaskTouch, Touch } from './grammar.ts'
import { cut, looksLikePath, object, path, run } from './touch.ts'

const TASK: Program = { touches: tool }
/** With one of these, a checker changes what it checks. */
const FIXES = ['--fix', '--write', '--apply', '--autocorrect', '--autocorrect-all', '-w', '-A']
/** Compilers and checkers: they read what they are given and write where `-o` says. */
const COMPILER: Program = {
  options:
    '-o,--output=write -B,-fplugin,-specs=load -I=data -L=data -D=data -l=data -x=data -std=data -include=data --out-dir=write --crate-name=data --crate-type=data --edition=data -C=data',
  operands: 'read…',
}

export const BUILDS: Family = {
  'make gmake bmake ninja samu remake': {
    options:
      '-C,--directory=cwd -f,--file,--makefile=load -j,--jobs=?data -l=?data -o=data -W=data -I=data -k -s -n,--dry-run,--just-print -B -t',
    dry: '-n',
    touches: make,
  },
  cmake: {
    options:
      '-P=script -B=project -S=project --build=project --install=project --prefix=write --preset=data -C=load --toolchain=load -D=data -U=data -G=data -t,--target=data --config=data -j,--parallel=?data -E -v -N --fresh',
    touches: cmake,
  },
  'meson bazel bazelisk buck buck2 pants gradle gradlew mvn mvnw mvnd ant sbt-build just task invoke inv doit nox tox scons waf xcodebuild swift zig ctest cpack autoreconf autoconf automake configure rake-task xcodegen tuist fastlane':
    {
      options:
        '-C=cwd -f,--file,--justfile,--buildfile=project -p,--project-dir=project -I,--init-script=load -d,--working-directory=project -P=data -D=data -s=data -pl,--projects=data',
      touches: publishes,
    },
  'vitest jest mocha ava tap jasmine karma cypress playwright pytest py.test unittest nose2 phpunit pest rspec minitest cucumber behave robot go-test gotestsum ginkgo ctest-run prove busted bats shellspec tsc tsgo vue-tsc tsup esbuild swc babel webpack rollup parcel vite rspack rsbuild next nuxt astro remix gatsby ng vue-cli-service svelte-kit expo react-native storybook eslint oxlint biome stylelint prettier-check standard xo tslint jshint knip depcheck madge typedoc jsdoc markdownlint markdownlint-cli2 commitlint lint-staged husky pre-commit lefthook mypy pyright basedpyright pylint flake8 bandit pyflakes pycodestyle pydocstyle vulture sphinx-build mkdocs golangci-lint staticcheck govulncheck gosec errcheck golint revive goreleaser air buf wire mockgen sqlc shellcheck hadolint actionlint yamllint-run ansible-lint tflint tfsec checkov trivy semgrep snyk grype syft rubocop standardrb brakeman reek sorbet srb steep phpstan psalm pint phpcs swiftlint ktlint detekt checkstyle cargo-nextest cargo-watch nodemon tsx-watch air-verse wasm-pack hugo jekyll hexo eleventy zola docusaurus vitepress act sam-local concurrently-task coverage c8 nyc gcov lcov valgrind-check cppcheck clang-tidy rustdoc mdbook cargo-deny':
    {
      ...TASK,
      exact: true,
      options:
        '--outfile=write --outdir,--outDir,--out-dir=write -o,--output=write --coverage-directory=write --config,--plugin,--rulesdir,--require=load -c=data -p,--project=project --root=data -k=data -n=data -t=data -m=data -r=data',
    },
  'gcc g++ cc c++ clang clang++ tcc rustc ghc javac kotlinc scalac gfortran nasm yasm as ld lld ldc2 dmd fpc ocamlc ocamlopt nim crystal v zig-cc emcc em++ protoc bison flex yacc lex re2c sass less-css lessc stylus tailwindcss postcss terser uglifyjs svgo coffee elm purs dot neato circo fdp lipo objdump nm ldd size readelf otool dwarfdump ar-list pdflatex xelatex lualatex latexmk tectonic typst':
    COMPILER,
  'strip objcopy': {
    options:
      '-o=write -I,--input-target=data -O,--output-target=data -F,--target=data -R,--remove-section=data -K,--keep-symbol=data -N,--strip-symbol=data -j,--only-section=data --add-section=data --add-gnu-debuglink=read -S,--strip-all -g,-d,--strip-debug -p,--preserve-dates -x -X -w -v --strip-unneeded --only-keep-debug',
    touches: (args, { name }) => {
      const [source, target] = name === 'objcopy' ? args.operands : [args.operands[0]]
      if (target !== undefined && source !== undefined) return [path('read', source), path('create', target)]
      return args.operands.map((field) => path(has(args, '-o') ? 'read' : 'update', field))
    },
  },
  'gofmt goimports gofumpt rustfmt black ruff isort autopep8 yapf prettier prettierd dprint clang-format shfmt stylua terraform-fmt taplo swiftformat google-java-format csharpier djlint mdformat pyupgrade autoflake modernize fieldalignment php-cs-fixer oxfmt':
    {
      options:
        '-w,--write -l -d -i -s -c,--check --fix --diff --config,--plugin=load --cache --stdin-filepath=data -local=data --ignore-path=read',
      touches: formats,
    },
}

const REACHES_OUT = /^(?:deploy|publish|release|submit|upload|gh-deploy)$/
const ONLY_SAYS = /^--(?:dry-?run|snapshot|skip-publish|check|help)$/

/** A tool of the project's own work; what it puts where others see it says so in its first word. */
function tool(args: Arguments, line: CommandLine): readonly Touch[] {
  const [word] = args.operands
  const main: Touch = has(args, ...FIXES) ? task(line, places(args)) : { ...task(line), checks: true }
  if (!REACHES_OUT.test(word?.text ?? '') || [...args.flags].some((flag) => ONLY_SAYS.test(flag))) return [main]
  return [main, object('update', [line.name, 'deployment'], args.operands[1], { where: 'remote' })]
}

/** `make VAR=value target`. A shell or a makefile given on the line is code of the line, not of the project. */
function make(args: Arguments, line: CommandLine): readonly Touch[] {
  const targets = args.operands.filter((field) => !/^\w+[:+?!]?=/.test(field.text))
  const evaluated = args.values.get('--eval') ?? []
  const code: readonly Touch[] = evaluated.map((text) => ({ kind: 'code', language: 'unknown', text }))
  // `make CC=…` reaches what the makefile runs, as if the environment had set it.
  const set = args.operands.flatMap((field) => {
    const [, name = ''] = /^(\w+)[:+?!]?=/.exec(field.text) ?? []
    return name === '' ? [] : environment(name, cut(field, '=')?.[1] ?? known(''))
  })
  const named = args.values.get('-f') ?? []
  const typed: readonly Touch[] = named.some((file) => literal(file) === '-')
    ? [{ kind: 'stdin', language: 'unknown' }]
    : []
  const file = named.length > 0 ? {} : ({ of: 'Makefile', args: args.operands } as const)
  return [...code, ...set, ...typed, { kind: 'task', name: targets[0]?.text ?? line.name, ...file }]
}

const CMAKE_COMMANDS: Readonly<Record<string, string>> = {
  rm: 'rm',
  remove: 'rm',
  remove_directory: 'rm',
  copy: 'cp',
  copy_directory: 'cp',
  rename: 'mv',
  make_directory: 'mkdir',
  touch: 'touch',
  tar: 'tar',
  cat: 'cat',
  create_symlink: 'ln',
}

/** `cmake -E` is a small set of file commands; `env` and `time` run others. */
function cmake(_: Arguments, line: CommandLine): readonly Touch[] {
  const at = line.args.findIndex((arg) => arg.text === '-E')
  if (at < 0) return [{ kind: 'task', name: 'cmake' }]
  const [word, ...rest] = line.args.slice(at + 1)
  if (word === undefined) return []
  if (/^(?:env|time)$/.test(word.text)) return [run([word, ...rest.filter((arg) => arg.text !== '--')])]
  const name = CMAKE_COMMANDS[word.text]
  if (name === undefined) return []
  const tree = /directory/.test(word.text) ? [known('-r')] : []
  return [run([known(name), ...tree, ...rest])]
}

/** The life cycle of most build tools is the project's own; `deploy` and `publish` reach a registry. */
function publishes(args: Arguments, line: CommandLine): readonly Touch[] {
  const task: Touch = { kind: 'task', name: args.operands[0]?.text || line.name }
  const goal = args.operands.find((field) =>
    /^(?:deploy|release:perform|site-deploy|publish|:?[\w:-]*publish\w*)$/.test(field.text),
  )
  const toRegistry =
    /^(?:mvn|mvnw|mvnd|gradle|gradlew)$/.test(line.name) && goal !== undefined && !/Local$/.test(goal.text)
  return toRegistry
    ? [task, object('create', ['maven', 'release'], goal, { where: 'remote', undo: 'U4', traits: ['shared'] })]
    : [task]
}

/** Formatters rewrite the files that they are given by name; a whole folder is a task. */
function formats(args: Arguments, line: CommandLine): readonly Touch[] {
  const names = args.operands.filter((field) => looksLikePath(field) && !field.glob)
  const writes =
    has(args, '-w', '-i', '--fix') ||
    (line.name === 'ruff' && args.operands[0]?.text === 'format') ||
    /^(?:black|isort|rustfmt|autopep8|yapf|stylua|swiftformat)$/.test(line.name)
  const checks = has(args, '-c', '--diff', '-d')
  if (!writes || checks) return names.map((field) => path('read', field))
  const files = names.filter(isFile)
  const others = names.filter((field) => !files.includes(field))
  return [task(line, others), ...files.map((field) => path('update', field))]
}

function task({ name }: CommandLine, at: readonly Field[] = []): TaskTouch {
  return { kind: 'task', name, ...(at.length > 0 && { at }) }
}

function places({ operands }: Arguments): readonly Field[] {
  return operands.filter(looksLikePath)
}

function isFile(field: Field): boolean {
  return /[^./]\.[a-z]\w*$/i.test(field.text) && field.unknown === undefined
}
