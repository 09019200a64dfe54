import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { Intake } from '../../src/queue/queue.ts'

/** The next message. Receives again after a failure, as the worker does. */
export async function next(intake: Intake) {
  const signal = AbortSignal.timeout(120_000)
  for (;;) {
    const [message] = await intake.receive(1, signal).catch(() => [])
    if (message) return message
    if (signal.aborted) throw new Error('the queue delivers no message')
  }
}

export const failureOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => new Error('the call did not fail'),
    (error) => error,
  )

/** Neither the password of the servers here nor the word `canary` is anywhere in the error. */
export function expectNoSecret(failure: Error): void {
  const shown = inspect(failure, { depth: 9, showHidden: true })
  expect(shown).not.toContain('canary')
  expect(shown).not.toContain('pass w/o')
  expect(shown).not.toContain('pass%20w')
}
