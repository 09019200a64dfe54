/**
 * Does something that has to end in time. If it does not, it is told to by its signal, and its outcome counts no more.
 * @throws Error if it has not ended in so many milliseconds
 */
export async function answeredWithin(ms: number, work: (late: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it did not answer within ${ms / 1_000} s`))
      end.abort()
    }, ms)
  })
  // A call may throw before it begins.
  const working = (async () => await work(end.signal))()
  return await Promise.race([working, late]).finally(() => clearTimeout(timer))
}
