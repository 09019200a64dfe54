import { expect, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type SetupOptions, setup } from '../support/setup.ts'

export async function openEnv(options: SetupOptions = {}) {
  onTestFinished(() => void vi.restoreAllMocks())
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ ...options, settings: { Worker__LeaseSeconds: '2', ...options.settings } })
  const { query, sandbox } = parts
  return {
    ...parts,
    send: (request: object) => parts.queue.send(JSON.stringify(request)),
    async expectTruth(tenantId: string) {
      const rows = await query(
        'select raw from customers where tenant_id = $1 order by created_at desc, id collate "C" desc',
        [tenantId],
      )
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
    },
  }
}
