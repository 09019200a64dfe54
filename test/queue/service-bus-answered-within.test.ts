import { expect, onTestFinished, test, vi } from 'vitest'
import { answeredWithin } from '../../src/queue/service-bus/answered-within.ts'

test.each([
  ['fails at once', () => Promise.reject(new Error('refused'))],
  [
    'throws before it begins',
    () => {
      throw new Error('refused')
    },
  ],
])('a call that %s leaves no timer behind, whose end would end the process', async (_, work) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await expect(answeredWithin(10_000, work)).rejects.toThrow('refused')
  expect(vi.getTimerCount()).toBe(0)
})
