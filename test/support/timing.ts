/** Milliseconds of processor time of the fastest of three runs: what the code takes, whatever else the machine does. */
export function fastest(run: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  })
  return Math.min(...times)
}
