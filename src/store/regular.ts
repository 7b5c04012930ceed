import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** What stands at a path that others can write to: a file, or something that would make its reader wait. */
export class NotRegular extends Error {}

/**
 * Opens a regular file and nothing else. Whoever puts a pipe or a device there meanwhile gets no wait out of us.
 * The caller closes it.
 */
export function openRegular(path: string, flags: number = constants.O_RDONLY): number {
  const file = openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY)
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new NotRegular(`${path} is no regular file`)
}

/** At most `most` bytes from the start of an open file. */
export function readUpTo(file: number, most: number): Buffer {
  const chunks: Buffer[] = []
  for (let length = 0; length < most; ) {
    const chunk = Buffer.alloc(Math.min(1 << 16, most - length))
    const bytes = readSync(file, chunk, 0, chunk.length, length)
    if (bytes === 0) break
    chunks.push(chunk.subarray(0, bytes))
    length += bytes
  }
  return Buffer.concat(chunks)
}

/** At most `most` bytes from the start of a regular file. */
export function readRegular(path: string, most: number): Buffer {
  const file = openRegular(path)
  try {
    return readUpTo(file, most)
  } finally {
    closeSync(file)
  }
}
