import { describe, expect, it } from 'vitest'
import { type Invocation, type Invoke, openEventSource } from '../../src/local/event-source.ts'
import { openQueue } from '../../src/local/queue.ts'
import { failures, optionsOf, response, useQueue } from './event-source-support.ts'

const local = useQueue()

/** Which of the bodies a, b and c stay in the queue after an invocation ends so; `ids` are their message ids. */
const endings: Record<string, [invocation: (ids: string[]) => Invocation, kept: string[]]> = {
  'no response': [() => response(null), []],
  'an empty response': [() => response({}), []],
  'a response about something else': [() => response({ statusCode: 200 }), []],
  'an empty list': [() => response({ batchItemFailures: [] }), []],
  'a null list': [() => response({ batchItemFailures: null }), []],
  'one failure': [([, b]) => failures({ itemIdentifier: b }), ['b']],
  'the same failure twice': [([, b]) => failures({ itemIdentifier: b }, { itemIdentifier: b }), ['b']],
  'all failures': [(ids) => failures(...ids.map((itemIdentifier) => ({ itemIdentifier }))), ['a', 'b', 'c']],
  'an unknown identifier': [([a]) => failures({ itemIdentifier: a }, { itemIdentifier: 'x' }), ['a', 'b', 'c']],
  'an empty identifier': [() => failures({ itemIdentifier: '' }), ['a', 'b', 'c']],
  'a null identifier': [() => failures({ itemIdentifier: null }), ['a', 'b', 'c']],
  'a wrong key': [([a]) => failures({ messageId: a }), ['a', 'b', 'c']],
  'a null failure': [() => failures(null), ['a', 'b', 'c']],
  'a list that is not one': [([a]) => response({ batchItemFailures: a }), ['a', 'b', 'c']],
  'a response that is not an object': [() => response('ok'), ['a', 'b', 'c']],
  'an error': [() => ({ kind: 'error', message: 'thrown' }), ['a', 'b', 'c']],
  'a timeout': [() => ({ kind: 'timeout', message: 'too long' }), ['a', 'b', 'c']],
  'a crash': [() => ({ kind: 'crash', message: 'exit 1' }), ['a', 'b', 'c']],
}

describe('the end of an invocation', () => {
  it.each(Object.entries(endings))('after %s keeps exactly what failed', async (_, [invocation, kept]) => {
    for (const body of ['a', 'b', 'c']) await local.queue.send(body)
    const invoke: Invoke = async ({ Records }) => invocation(Records.map(({ messageId }) => messageId))
    const [delivered] = await local.deliveries(1, { invoke, batchSize: 10, concurrency: 1 })
    const failed = delivered?.event.Records.filter(({ messageId }) => delivered.failed.includes(messageId))
    expect(failed?.map(({ body }) => body)).toEqual(kept)
    expect(await local.queue.counts()).toEqual({ visible: 0, inFlight: kept.length, delayed: 0 })
  })

  it('keeps everything when the invocation itself could not be made', async () => {
    await local.queue.send('a')
    const [delivered] = await local.deliveries(1, { invoke: () => Promise.reject(new Error('no sandbox')) })
    expect(delivered?.invocation).toEqual({ kind: 'crash', message: 'Error: no sandbox' })
    expect(await local.queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 })
  })

  it('brings a failed message again when its visibility runs out, and at last to the dead letters', async () => {
    const impatient = await openQueue({ visibilityTimeoutSeconds: 0, maxReceiveCount: 3 })
    const counts: (string | undefined)[] = []
    await impatient.send('poison')
    const poisoned = openEventSource({
      ...optionsOf(impatient),
      concurrency: 1,
      invoke: async () => ({ kind: 'error', message: 'poison' }),
      onInvocation: ({ event }) => counts.push(event.Records[0]?.attributes.ApproximateReceiveCount),
    })
    await poisoned.idle()
    await poisoned.close()
    const letters = await impatient.deadLetters()
    await impatient.close()
    expect(counts).toEqual(['1', '2', '3'])
    expect(letters).toEqual([{ body: 'poison', attributes: {} }])
  })
})
