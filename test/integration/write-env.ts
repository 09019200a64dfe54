import { expect } from 'vitest'
import type { SandboxOptions, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { jobRequest, setup } from '../support/setup.ts'

export const counts = (created: number, updated: number, unchanged: number, rejected = 0) => ({
  status: 'completed',
  fetched: String(created + updated + unchanged + rejected),
  created: String(created),
  updated: String(updated),
  unchanged: String(unchanged),
  rejected: String(rejected),
})

export async function openEnv(customers: number, options: Omit<SandboxOptions, 'customers'> = {}) {
  const parts = await setup({ sandbox: { ...options, customers } })
  const { tenantId } = jobRequest()
  return {
    ...parts,
    tenantId,
    async sync(additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData })
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      return (await parts.job(request.jobId)) ?? {}
    },
    rows: () => parts.query('select xmin, ctid, * from customers order by created_at desc, id collate "C" desc'),
    raw: async () =>
      (await parts.query('select raw from customers order by created_at desc, id collate "C" desc')).map(
        ({ raw }) => raw,
      ),
    /** Makes the sandbox answer with other items: one rule for each request, `change` gets each page. */
    poison: (change: (objects: StripeObject[]) => unknown[] | string) =>
      parts.sandbox.fail({ kind: 'items', items: (objects) => change([...objects]), path: '/v1/customers' }),
  }
}
