import type { SSEStreamingApi } from 'hono/streaming'

/** A stream that is silent for longer is taken for dead. */
const BEAT_MS = 15_000

/** Keeps a stream of events open for as long as its reader is there and may be told; then calls `stop`. */
export async function keepTelling(
  stream: SSEStreamingApi,
  { isAllowed, stop }: { readonly isAllowed: () => boolean | Promise<boolean>; readonly stop: () => void },
): Promise<void> {
  try {
    while (!stream.aborted && !stream.closed && (await isAllowed())) {
      await stream.write(': \n\n')
      await stream.sleep(BEAT_MS)
    }
  } finally {
    stop()
  }
}
