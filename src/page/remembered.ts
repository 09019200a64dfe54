interface Options {
  /** The least milliseconds between two requests. */
  readonly ms: number
  /** How long a page waits while no answer is known. Default 500. */
  readonly firstWaitMs?: number
  readonly now?: () => number
}

/** Null while the first answer is late or the last one is an error. No page waits for a later one longer than 500 ms. */
export function createRemembered<Value>(
  ask: () => Promise<Value | null>,
  { ms, firstWaitMs = longestWaitMs, now = () => performance.now() }: Options,
): () => Promise<Value | null> {
  let last: Value | null = null
  let next = Number.NEGATIVE_INFINITY
  return async () => {
    if (now() < next) return last
    next = now() + ms
    const waitMs = last === null ? firstWaitMs : longestWaitMs
    const answered = ask().then(
      (value) => {
        last = value
      },
      () => {
        last = null
      },
    )
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, waitMs).unref())])
    return last
  }
}

const longestWaitMs = 500
