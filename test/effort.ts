/** What this work costs its own thread, in milliseconds: unlike a clock's time, it is the same on a busy machine. */
export function effortOf(work: () => unknown): number {
  const before = spent()
  work()
  return spent() - before
}

/** Node 22 knows only the clock. */
function spent(): number {
  if (!('threadCpuUsage' in process)) return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
