import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOutward, taskText } from '../../src/kinds/shell/tasks.ts'
import { known } from '../../src/lang/field.ts'

const PACKAGE = JSON.stringify({
  scripts: { build: 'rm -rf dist && tsc', prebuild: 'echo pre', postbuild: 'echo post', bad: 7 },
})

const MAKEFILE = `
CC ?= gcc
OUT := build
ARTEFACTS = $(OUT)/app \\
  $(OUT)/lib
.PHONY: all clean
all: $(OUT)/app ; echo done
$(OUT)/app: main.c
\t@mkdir -p $(OUT)
\t$(CC) $(CFLAGS) -o $@ $<
clean:
\t-rm -rf $(ARTEFACTS) $(DIST)
loop: loop2
loop2: loop
\techo $$HOME $(shell git describe)
tool:
\t$(TOOL) run
computed:
\techo $(addprefix x,a b)
`

function script(name: string, ...args: string[]): string | undefined {
  return taskText('package.json', PACKAGE, name, args.map(known))
}

function recipe(name: string, ...args: string[]): string | undefined {
  return taskText('Makefile', MAKEFILE, name, args.map(known))
}

describe('a script of package.json', () => {
  it('runs between what stands before and behind it, and gets the rest of the line', () => {
    expect(script('build', '--', '--watch', 'a b')).toBe("echo pre && rm -rf dist && tsc '--watch' 'a b' && echo post")
  })

  it('is not found where the file has none, or is no JSON', () => {
    expect(script('bad')).toBeUndefined()
    expect(script('toString')).toBeUndefined()
    expect(taskText('package.json', '{', 'build', [])).toBeUndefined()
  })
})

describe('a target of a Makefile', () => {
  it.each([
    ['all', '(mkdir -p build\n)\n(gcc "$CFLAGS" -o build/app main.c\n)\n(echo done\n)'],
    ['make', '(mkdir -p build\n)\n(gcc "$CFLAGS" -o build/app main.c\n)\n(echo done\n)'],
    ['clean', '(rm -rf build/app build/lib "$DIST"\n)'],
    ['loop', '(echo $HOME $(git describe)\n)'],
    ['tool', ''],
    ['computed', '(echo "$what_make_computes"\n)'],
    ['missing', undefined],
  ])('%s runs what it needs before it, then its own lines', (name, text) => {
    expect(recipe(name)).toBe(text)
  })

  it('takes variables of the command line over its own', () => {
    expect(recipe('clean', 'OUT=x', 'DIST=/etc')).toBe('(rm -rf x/app x/lib /etc\n)')
  })

  it('is read from any text without an error', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('a: b', 'A=$(A)', '\techo $(A)', '$(A): a', 'a:', 'b: a ; x', '\\'),
    )
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.string(), { minLength: 1 }), (lines, goals) => {
        taskText('Makefile', lines.join('\n'), goals[0] ?? '', goals.slice(1).map(known))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the name of a task that is not found', () => {
  it('says where it reaches others', () => {
    const outward = ['deploy', 'publish', 'release', 'deploy:prod', 'site_deploy', 'db:drop']
    const own = ['build', 'test', 'deploy:dry', 'release-notes', 'lint', 'deployment', 'publish-check']
    expect(outward.filter((name) => !isOutward(name))).toEqual([])
    expect(own.filter(isOutward)).toEqual([])
  })
})
