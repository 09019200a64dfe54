/** Asks again only after so many milliseconds. Null while the answer is late or an error: a page does not wait for it. */
export function createRemembered<Value>(
  ask: () => Promise<Value | null>,
  ms: number,
  now: () => number = () => performance.now(),
): () => Promise<Value | null> {
  let last: Value | null = null
  let next = Number.NEGATIVE_INFINITY
  return async () => {
    if (now() < next) return last
    next = now() + ms
    const asked = ask().then(
      (value) => {
        last = value
      },
      () => {
        last = null
      },
    )
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, longestWaitMs))])
    return last
  }
}

const longestWaitMs = 500
