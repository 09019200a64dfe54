import { expect } from 'vitest'

/** What a call threw; undefined if nothing. */
export function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

export const rejection = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Neither in the message nor in any cause, nor in what a logger would print of it. */
export function expectNoSecret(error: unknown, secrets: readonly string[]): void {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const shown = `${cause.name} ${cause.message} ${cause.stack} ${JSON.stringify(cause)}`
    for (const secret of secrets) if (secret) expect(shown).not.toContain(secret)
  }
}
