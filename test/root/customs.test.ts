import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgeFor } from '../../src/root/check.ts'

let folder = ''
const HUSKY = '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n'

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'interlock-customs-')))
})

afterEach(() => rmSync(folder, { recursive: true }))

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

async function ruled(input: string): Promise<string> {
  const { ruling, rule } = await judgeFor({ HOME: '/home/nobody' }, folder)({ kind: 'shell', input })
  return `${ruling} ${rule}`
}

describe('code that a program picks up by its name', () => {
  it('is read where it lies: hooks of a commit, also where the settings of git say', async () => {
    put('.git/HEAD', 'ref: refs/heads/x\n')
    put('.git/config', '[core]\n\thooksPath = tools/hooks\n')
    put('tools/hooks/pre-commit', 'rm -rf /home/nobody/x\n')
    expect(await ruled('git commit -m x')).toBe('hold local/home')
    expect(await ruled('git commit --no-verify -m x')).toMatch(/^allow/)
    expect(await ruled('git status')).toMatch(/^allow/)
  })

  it('is the tests’ own set-up, too', async () => {
    put('tests/conftest.py', 'import shutil\nshutil.rmtree("/home/nobody/x")\n')
    put('jest.config.js', 'require("child_process").execSync("rm -rf /home/nobody/x")\n')
    expect(await ruled('pytest -q')).toBe('hold local/home')
    expect(await ruled('npx jest')).toBe('hold local/home')
    expect(await ruled('npx eslint .')).toMatch(/^allow/)
  })

  it('asks nobody for what can’t be read of it', async () => {
    put('.git/HEAD', 'ref: refs/heads/x\n')
    put('.git/hooks/pre-commit', HUSKY)
    put('conftest.py', 'import os\nos.system(os.environ["SETUP"])\n')
    expect(await ruled('git commit -m x')).toMatch(/^allow/)
    expect(await ruled('pytest')).toMatch(/^allow/)
  })
})
