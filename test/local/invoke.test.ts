import type { Context, SQSEvent } from 'aws-lambda'
import { describe, expect, it, vi } from 'vitest'
import { type Invocation, inProcess } from '../../src/local/event-source.ts'
import { response } from './event-source-support.ts'

describe('inProcess', () => {
  const event: SQSEvent = { Records: [] }

  it('gives the handler a copy of the event and a context of Lambda', async () => {
    const seen: [SQSEvent, Context][] = []
    const invoke = inProcess(async (...given) => void seen.push(given))
    await invoke(event, 60_000)
    await invoke(event, 60_000)
    const [[received, context], [, next]] = seen as [[SQSEvent, Context], [SQSEvent, Context]]
    expect(received).toEqual(event)
    expect(received).not.toBe(event)
    expect(context.functionName).toBe('billing-sync')
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(context.awsRequestId).not.toBe(next.awsRequestId)
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(50_000)
    expect(context.getRemainingTimeInMillis()).toBeLessThanOrEqual(60_000)
  })

  const answers: Record<string, [() => Promise<unknown>, Invocation]> = {
    'a response as JSON makes it': [
      async () => ({ at: new Date(0), none: undefined }),
      response({ at: '1970-01-01T00:00:00.000Z' }),
    ],
    'null for undefined': [async () => undefined, response(null)],
    'an error when it throws': [
      () => Promise.reject(new TypeError('broken')),
      { kind: 'error', message: 'TypeError: broken' },
    ],
    'an error when it throws before its first promise': [
      () => {
        throw new Error('early')
      },
      { kind: 'error', message: 'Error: early' },
    ],
    'an error when the response is not JSON': [
      async () => 1n,
      { kind: 'error', message: 'TypeError: Do not know how to serialize a BigInt' },
    ],
  }
  it.each(Object.entries(answers))('gives %s', async (_, [handler, invocation]) => {
    expect(await inProcess(handler)(event, 60_000)).toEqual(invocation)
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers()
    await inProcess(async () => null)(event, 900_000)
    const timers = vi.getTimerCount()
    vi.useRealTimers()
    expect(timers).toBe(0)
  })

  it('gives timeout when the handler outlives its time, with none remaining', async () => {
    let context: Context | undefined
    const invoke = inProcess((_, given) => {
      context = given
      return new Promise(() => {})
    })
    const invocation = await invoke(event, 20)
    expect(invocation).toEqual({
      kind: 'timeout',
      message: `${context?.awsRequestId} Task timed out after 0.02 seconds`,
    })
    expect(context?.getRemainingTimeInMillis()).toBeLessThanOrEqual(1)
  })
})
