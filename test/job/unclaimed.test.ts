import { expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { declined, unclaimed } from '../../src/job/unclaimed.ts'
import { type Log, silentLog } from '../../src/log/log.ts'

/** The parts of a delivery that ends without a claim, and what it logged: level and event. */
function setup() {
  const logged: unknown[] = []
  const note = (level: string) => (_: string, facts: { readonly event?: string }) =>
    void logged.push([level, facts.event])
  const log = { ...silentLog, info: note('info'), warn: note('warn'), error: note('error') } as unknown as Log
  const watched: string[] = []
  const deps = {
    clock: { random: () => 0.5 },
    settings: { leaseSeconds: 40, retryDelaySeconds: 10 },
    watch: { notClaimed: () => watched.push('not claimed') },
  }
  const parts = [deps, log] as unknown as [Parameters<typeof declined>[1], Log]
  return { logged, watched, parts }
}

const failed = (code: SyncError['code'], receiveCount = 1) => {
  const { parts, logged, watched } = setup()
  const delivery = { receiveCount } as Parameters<typeof unclaimed>[1]
  const outcome = unclaimed(new SyncError('retry', code, 'database: away'), delivery, ...parts)
  return { outcome, logged, watched }
}

it('a job that another worker holds waits for its lease, and a share of a quarter of a lease besides', () => {
  const { parts, logged } = setup()
  expect(declined({ kind: 'busy', waitSeconds: 7 }, ...parts)).toEqual({ kind: 'busy', waitSeconds: 7 + 0.5 * 10 })
  expect(logged).toEqual([['info', 'job_busy']])
})

it('a job that had ended is acknowledged, and one that had failed is a warning', () => {
  for (const [status, level] of [
    ['failed', 'warn'],
    ['completed', 'info'],
    ['cancelled', 'info'],
  ] as const) {
    const { parts, logged } = setup()
    const ended = { kind: 'finished', status, code: null } as unknown as Parameters<typeof declined>[0]
    expect(declined(ended, ...parts)).toEqual({ kind: 'finished' })
    expect(logged).toEqual([[level, 'job_already_ended']])
  }
})

it('a job that cannot be claimed comes again, for as long as the database is away', () => {
  const { outcome, logged, watched } = failed('database_unavailable')
  expect(outcome).toMatchObject({ kind: 'failed', final: false, outage: true })
  expect([logged, watched]).toEqual([[['error', 'job_not_claimed']], ['not claimed']])
  // A later delivery waits longer.
  const wait = (receives: number) =>
    (failed('database_unavailable', receives).outcome as { waitSeconds: number }).waitSeconds
  expect(wait(2)).toBeGreaterThan(wait(1))
  expect(wait(1)).toBeLessThanOrEqual(10)
})

it('what Postgres refuses of a message, and an unexpected error, are no outage', () => {
  for (const code of ['internal', 'database_data'] as const)
    expect(failed(code).outcome).toMatchObject({ outage: false })
})

it('a message that cannot be read is refused', () => {
  const { parts, logged, watched } = setup()
  const error = new SyncError('unreadable', 'invalid_request', 'message: no')
  expect(unclaimed(error, { receiveCount: 1 } as never, ...parts)).toEqual({ kind: 'unreadable', error })
  expect([logged, watched]).toEqual([[['error', 'message_refused']], []])
})
