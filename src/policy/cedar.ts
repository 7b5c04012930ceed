import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { initSync } from '@cedar-policy/cedar-wasm/web'

// Node has it; its types are only in those of browsers.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

let started = false

/** The engine is there when this returns: compiled now, where nobody did before. */
export function startCedar(): void {
  if (started) return
  initSync({ module: readFileSync(engineFile()) })
  started = true
}

/** The same, compiled beside other work: it takes as long as Node's own start. */
export async function prepareCedar(): Promise<void> {
  const module = await WebAssembly.compile(await readFile(engineFile()))
  // INVARIANT: one engine. Who asked in between started it, and its rules are there.
  if (!started) initSync({ module: module as WebAssembly.Module })
  started = true
}

/** In a package it lies beside the bundle. */
function engineFile(): URL {
  const beside = new URL('cedar_wasm_bg.wasm', import.meta.url)
  return existsSync(beside)
    ? beside
    : new URL('cedar_wasm_bg.wasm', import.meta.resolve('@cedar-policy/cedar-wasm/web'))
}
