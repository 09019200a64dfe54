import { expect, it } from 'vitest'
import { answeredWithin } from '../../src/queue/service-bus/answered-within.ts'

it('a call that is not answered in time fails in words, and is told to end', async () => {
  let told: AbortSignal | undefined
  const call = answeredWithin(1, (late) => {
    told = late
    return new Promise(() => {})
  })
  await expect(call).rejects.toThrow('it did not answer within 0.001 s')
  expect(told?.aborted).toBe(true)
})

it('a call that is answered in time is as it is, and is never told to end', async () => {
  let told: AbortSignal | undefined
  const answered = async (late: AbortSignal) => {
    told = late
  }
  expect(await answeredWithin(60_000, answered)).toBeUndefined()
  await expect(answeredWithin(60_000, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  expect(told?.aborted).toBe(false)
})
