import { type Field, known, literal } from '../lang/field.ts'
import type { Touch } from './grammar.ts'
import { from, opaque, path, shell, startup } from './touch.ts'

/**
 * What the value of a variable is to the programs that look at it: `folders` and `file` hold code that they load by
 * name, `shell` is a command that they run, `expanded` is put through the shell before it is printed.
 */
type Use = 'code' | 'folders' | 'file' | 'shell' | 'filter' | 'expanded' | 'repository' | RegExp

/** Variables by their names, space-separated. A pattern: the value brings code where it matches. */
const USES: Readonly<Record<string, Use>> = {
  'LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS PERL5DB TAR_OPTIONS VIMINIT EXINIT CLAUDE_CONFIG_DIR CODEX_HOME':
    'code',
  'LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FRAMEWORK_PATH DYLD_FALLBACK_LIBRARY_PATH PYTHONPATH PYTHONHOME PYTHONUSERBASE NODE_PATH PERL5LIB PERLLIB RUBYLIB GEM_PATH GEM_HOME LUA_PATH LUA_CPATH CLASSPATH GIT_EXEC_PATH GIT_TEMPLATE_DIR ZDOTDIR GCONV_PATH GTK_PATH QT_PLUGIN_PATH OPENSSL_MODULES OPENSSL_ENGINES R_LIBS GUILE_LOAD_PATH JULIA_LOAD_PATH ERL_LIBS COMPILER_PATH GCC_EXEC_PREFIX':
    'folders',
  'BASH_ENV PYTHONSTARTUP GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG OPENSSL_CONF INPUTRC NPM_CONFIG_USERCONFIG NPM_CONFIG_GLOBALCONFIG PIP_CONFIG_FILE':
    'file',
  'PAGER GIT_PAGER MANPAGER SYSTEMD_PAGER PSQL_PAGER EDITOR VISUAL GIT_EDITOR GIT_SEQUENCE_EDITOR SUDO_EDITOR SYSTEMD_EDITOR PSQL_EDITOR FCEDIT BROWSER GIT_SSH_COMMAND GIT_SSH GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND GIT_ASKPASS SSH_ASKPASS SUDO_ASKPASS RSYNC_RSH CVS_RSH SVN_SSH PROMPT_COMMAND SHELL CC CXX CPP LD AR RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_RUSTC CARGO_BUILD_RUSTC_WRAPPER CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER FZF_DEFAULT_COMMAND':
    'shell',
  'LESSOPEN LESSCLOSE': 'filter',
  PS4: 'expanded',
  'GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY': 'repository',
  // A plain word is an application's own variable: `ENV=production`.
  ENV: /\//,
  NODE_OPTIONS: /--(?:require|import|loader|experimental-loader)|(?:^|\s)-r/,
  'JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS MAVEN_OPTS GRADLE_OPTS SBT_OPTS':
    /-(?:javaagent|agentlib|agentpath|Xbootclasspath|Xrun|cp|classpath|XX:On)|@/,
  PERL5OPT: /-[dmMIe]/,
  RUBYOPT: /-[rIe]/,
  'MAKEFLAGS GNUMAKEFLAGS MFLAGS': /--(?:eval|file|makefile|include|directory)|(?:^|\s)-?[fIC]|=/,
  GOFLAGS: /-(?:toolexec|exec|overlay|modfile)/,
  'RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTDOCFLAGS': /linker|codegen-backend/,
  'CFLAGS CXXFLAGS CPPFLAGS LDFLAGS': /-(?:fplugin|specs|B|wrapper|fuse-ld)/,
}

const USE_OF: ReadonlyMap<string, Use> = new Map(
  Object.entries(USES).flatMap(([names, use]) => names.split(' ').map((name) => [name, use] as const)),
)

/** A linker or a runner of one target. */
const CARGO = /^CARGO_TARGET_\w+_(?:LINKER|RUNNER)$/
/** Git writes what it does to the file that such a variable names. */
const TRACE = /^GIT_TRACE/

/** What programs do because `NAME=value` is set for them, beside what they do anyway. */
export function environment(name: string, value: Field): readonly Touch[] {
  if (literal(value) === '') return []
  if (TRACE.test(name)) return value.text.startsWith('/') ? [path('update', value)] : []
  // A function that `bash` takes from its environment.
  if (name.startsWith('BASH_FUNC_')) return [brings(name)]
  const use = CARGO.test(name) ? 'shell' : USE_OF.get(name)
  if (use instanceof RegExp) return use.test(value.text + (value.unknown?.suffix ?? '')) ? [brings(name)] : []
  switch (use) {
    case undefined:
      return name === 'HOME' ? [startup(value)] : []
    case 'code':
      return [brings(name)]
    case 'folders':
    case 'file':
      return [{ kind: 'load', from: value, by: `\`${name}\`` }]
    case 'shell':
      return value.unknown?.outer === true ? [] : [shell(value)]
    case 'filter':
      return [shell(from(value, /^[|-]*/.exec(value.text)?.[0].length ?? 0))]
    case 'expanded':
      return /[$`]/.test(value.text) ? [shell(known(`: "${value.text.replaceAll('"', '\\"')}"`))] : []
    case 'repository':
      return value.unknown?.outer === true ? [] : [path('update', value, { tree: true })]
  }
}

function brings(name: string): Touch {
  return opaque(`\`${name}\` makes the command run something else first`)
}
