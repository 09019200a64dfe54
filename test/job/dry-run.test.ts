import { expect, test } from 'vitest'
import { dryRun } from '../../src/job/dry-run.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

/** A dry run that ends with this error while it reads. */
async function end(errorOf: (signals: { drained: unknown; given: unknown }) => unknown) {
  const [drain, abort] = [new AbortController(), new AbortController()]
  drain.abort(new Error('drained'))
  abort.abort(new Error('given up'))
  const session = {
    request: { providerName: 'stripe', tenantId: 't', additionalData: {} },
    deadline: { drainSignal: drain.signal, abortSignal: abort.signal, abort() {} },
    databaseNow() {
      throw errorOf({ drained: drain.signal.reason, given: abort.signal.reason })
    },
  }
  const account = { id: null, perSecond: 1, sources: [], close() {} }
  const provider = { name: 'stripe', resources: [], connect: () => account }
  const deps = {
    clock: createVirtualClock(),
    provider: async () => provider,
    secrets: { open: async () => 'key' },
  }
  return await dryRun(session as never, deps as never)
}

test('a dry run whose time is over has no result, and the next delivery begins anew', async () => {
  expect(await end(({ drained }) => drained)).toBeNull()
  expect(await end(({ given }) => given)).toBeNull()
  await expect(end(() => new Error('failed'))).rejects.toThrow('failed')
})
