import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Files, makeFolders, nodeFiles, removeTree, replaceFile, writeFiles } from '../../src/store/files.ts'
import { Disk } from '../ledger/disk.ts'

const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

/** The disk that the fault tests use has to behave as a real one does. */
const DISKS: { name: string; open: () => Promise<{ files: Files; root: string }> }[] = [
  {
    name: 'the real disk',
    open: async () => {
      const root = mkdtempSync(join(tmpdir(), 'interlock-test-'))
      made.push(root)
      return { files: nodeFiles, root }
    },
  },
  {
    name: 'the disk of the fault tests',
    open: async () => {
      const files = new Disk().session()
      await files.makeFolder('/root')
      return { files, root: '/root' }
    },
  },
]

async function write(files: Files, path: string, text: string): Promise<void> {
  const file = await files.create(path)
  await file.write(Buffer.from(text))
  await file.close()
}

describe.each(DISKS)('$name', ({ open }) => {
  test('what is not there reads as undefined, lists as nothing and can be removed', async () => {
    const { files, root } = await open()
    expect(await files.read(join(root, 'nothing'))).toBeUndefined()
    expect(await files.list(join(root, 'nothing'))).toEqual([])
    await files.remove(join(root, 'nothing'))
  })

  test('a file holds what was written, in order, and is empty when it is created again', async () => {
    const { files, root } = await open()
    const path = join(root, 'file')
    const file = await files.create(path)
    await file.write(Buffer.from('one '))
    await file.write(Buffer.alloc(100_000, 'x'))
    await file.sync()
    await file.close()
    expect((await files.read(path))?.length).toBe(100_004)
    await (await files.create(path)).close()
    expect(await files.read(path)).toEqual(Buffer.alloc(0))
    expect(await files.list(path)).toEqual([])
  })

  test('a folder is made once, needs its parent, and goes only when it is empty', async () => {
    const { files, root } = await open()
    const folder = join(root, 'folder')
    await files.makeFolder(folder)
    await files.makeFolder(folder)
    await expect(files.makeFolder(join(root, 'no', 'folder'))).rejects.toMatchObject({ code: 'ENOENT' })
    await write(files, join(folder, 'b'), '')
    await write(files, join(folder, 'a'), '')
    expect(await files.list(folder)).toEqual(['a', 'b'])
    await expect(files.remove(folder)).rejects.toMatchObject({ code: 'ENOTEMPTY' })
    await removeTree(files, folder)
    expect(await files.list(root)).toEqual([])
    await expect(files.create(join(folder, 'a'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a rename puts one in place of the other', async () => {
    const { files, root } = await open()
    await write(files, join(root, 'a'), 'new')
    await write(files, join(root, 'b'), 'old')
    await files.rename(join(root, 'a'), join(root, 'b'))
    expect(await files.list(root)).toEqual(['b'])
    expect((await files.read(join(root, 'b')))?.toString()).toBe('new')
    await expect(files.rename(join(root, 'a'), join(root, 'b'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a lock is held once, also within one process, until it is released', async () => {
    const { files, root } = await open()
    const lock = await files.lock(join(root, 'lock'))
    expect(await files.lock(join(root, 'lock'))).toBeUndefined()
    lock?.release()
    const again = await files.lock(join(root, 'lock'))
    expect(again).toBeDefined()
    again?.release()
  })

  test('many files are written at once into folders that are made for them', async () => {
    const { files, root } = await open()
    const known = new Set<string>()
    await makeFolders(files, join(root, 'staging'), known)
    const contents = ['x/1', 'x/2', 'y/z/3'].map((path) => ({ path: join(root, path), bytes: Buffer.from(path) }))
    await writeFiles(files, { staging: join(root, 'staging'), known }, contents)
    for (const { path, bytes } of contents) expect(await files.read(path)).toEqual(bytes)
    expect(await files.list(join(root, 'staging'))).toEqual([])
    await replaceFile(files, join(root, 'x/1'), Buffer.from('replaced'))
    expect((await files.read(join(root, 'x/1')))?.toString()).toBe('replaced')
  })
})

test('what is made is for the owner alone', async () => {
  const { files, root } = (await DISKS[0]?.open()) ?? { files: nodeFiles, root: '' }
  await files.makeFolder(join(root, 'folder'))
  await write(files, join(root, 'file'), '')
  expect(statSync(join(root, 'folder')).mode & 0o777).toBe(0o700)
  expect(statSync(join(root, 'file')).mode & 0o777).toBe(0o600)
})
