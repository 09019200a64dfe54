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

/** Between 4, where four times the text takes four times as long, and 16, where the code is quadratic. */
export const linear = 10

/**
 * How many times longer the code takes for a text than for one of a quarter of its length. It begins with short texts, so that
 * quadratic code is found before it takes minutes. Less than five milliseconds count as five: a clock says little of them.
 */
export function growth(make: (length: number) => string, run: (text: string) => unknown): number {
  let most = 0
  for (let length = 16_384; length <= 1_048_576 && most < linear; length *= 4) {
    const [whole, quarter] = [make(length), make(length / 4)]
    const took = (text: string) => fastest(() => run(text))
    const once = () => took(whole) / Math.max(5, took(quarter))
    // A busy machine may take long by itself. It does not three times.
    let ratio = once()
    for (let again = 0; again < 2 && ratio >= linear; again++) ratio = Math.min(ratio, once())
    most = Math.max(most, ratio)
  }
  return most
}
