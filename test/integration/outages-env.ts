import type { FailureRule } from '../../src/sandbox/stripe/failure.ts'
import { collectLog } from '../support/collected-log.ts'
import { type SetupOptions, setup } from '../support/setup.ts'

/** Thirty customers in pages of five. */
export const small = { additionalData: { batch_size: 5 } }
const calm = { calls: ['provider', 'database', 'queue'], because: 'It counts attempts and requests.' } as const

export async function openEnv(options: SetupOptions = {}) {
  const log = collectLog()
  const parts = await setup({ ...options, log, exempt: calm, sandbox: { customers: 30, ...options.sandbox } })
  /** One delivery, as of a message that was sent now. */
  const deliver = (request: object, remainingMs?: number) => parts.handle([JSON.stringify(request)], remainingMs)
  const row = async (id: string) => (await parts.job(id)) ?? {}
  return { ...parts, log, deliver, row }
}

/** The provider asks for longer than a delivery waits, so that the delivery ends at once. */
export const down = { kind: 'error', status: 503, headers: { 'Retry-After': '1000' } } satisfies FailureRule
