import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { jobRequest } from '../support/setup.ts'
import { acknowledged, openEnv, pages } from './crash-env.ts'

/*
 * A worker may end at any moment. After each, another one takes the job up, and the tables hold exactly what the
 * provider has: no row lost, none counted twice.
 */

test.each(['cut-before', 'cut-after'] as const)(
  'a worker that dies at any of its commits loses nothing and counts nothing twice (%s the server has it)',
  async (fate) => {
    // It is about more than three commits, so the pages must not gather.
    const { handle, victim, leaseRunsOut, expectTruth } = await openEnv({ perSecond: 5 })
    for (let nth = 1; ; nth++) {
      const { proxy, ...dying } = await victim()
      const request = jobRequest({ additionalData: pages })
      const died = new Promise<'died'>((resolve) =>
        proxy.decide((word, n) => {
          if (word !== 'commit' || n !== nth) return 'pass'
          proxy.onCut(() => {
            proxy.kill()
            resolve('died')
          })
          return fate
        }),
      )
      const ending = await Promise.race([died, dying.handle(request).then(() => 'lived')])
      if (ending === 'lived') {
        await expectTruth(request)
        expect(nth - 1).toBeGreaterThan(3)
        return
      }
      await leaseRunsOut(request.jobId)
      expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
      await expectTruth(request)
    }
  },
)

test('a COMMIT whose answer is lost each time is counted once, by the same worker', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, expectTruth } = await openEnv()
  const { proxy, handle } = await victim()
  proxy.decide((word) => (word === 'commit' ? 'cut-after' : 'pass'))
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1, fence: '1' })
})

test('a COMMIT that the server ends only while the commit is tried again is found, by the same worker', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, query, expectTruth } = await openEnv()
  await query(
    `create function commit_slowly() returns trigger language plpgsql as 'begin perform pg_sleep(0.7); return null; end'`,
  )
  await query(`create constraint trigger slow after update on sync_jobs deferrable initially deferred
    for each row when (new.commits = 1 and old.commits = 0) execute function commit_slowly()`)
  const { proxy, handle } = await victim()
  let cuts = 0
  let committing = false
  proxy.decide((word, _, statement) => {
    if (committing && word === 'commit' && cuts === 0) {
      cuts++
      return 'cut-during'
    }
    committing = statement.startsWith('update "sync_jobs"') || statement.includes('"commits" = ')
    return 'pass'
  })
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(cuts).toBe(1)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1, fence: '1' })
})

test('as many commits as were tried, with another checkpoint, are not this commit', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { handle, victim, query, leaseRunsOut, expectTruth } = await openEnv()
  const { proxy, ...shaken } = await victim()
  const request = jobRequest({ additionalData: pages })
  let counted: Promise<unknown> | undefined
  let isFrozen = false
  proxy.decide((word, nth) => {
    if (word === 'commit' && nth === 4) {
      // As an earlier try would, of more pages, that the server ends late.
      proxy.onCut(() => {
        counted = query('update sync_jobs set commits = commits + 1 where id = $1', [request.jobId])
      })
      return 'cut-before'
    }
    if (!counted || isFrozen) return 'pass'
    isFrozen = true
    void counted.then(() => setImmediate(proxy.thaw))
    return 'freeze'
  })
  await shaken.handle(request)
  expect(isFrozen).toBe(true)
  await leaseRunsOut(request.jobId)
  await handle([JSON.stringify(request)])
  await expectTruth(request)
})

test.each(['cut-before', 'cut-after'] as const)(
  'a connection that breaks at any one statement of a job costs nothing (%s the server has it)',
  async (fate) => {
    vi.spyOn(systemClock, 'random').mockReturnValue(0)
    const { handle, victim, leaseRunsOut, expectTruth } = await openEnv()
    for (let nth = 1; ; nth++) {
      const { proxy, ...shaken } = await victim()
      const request = jobRequest({ additionalData: { batch_size: 50 } })
      let statements = 0
      proxy.decide(() => (++statements === nth ? fate : 'pass'))
      await shaken.handle(request)
      // Where it could not go on by itself, a redelivery does.
      await leaseRunsOut(request.jobId)
      await handle([JSON.stringify(request)])
      await expectTruth(request)
      if (statements < nth) return expect(nth).toBeGreaterThan(10)
    }
  },
)

test('a pause whose answer is lost is a pause', async () => {
  const { handle, victim, expectTruth } = await openEnv()
  const { proxy, ...shaken } = await victim()
  let pausing = false
  proxy.decide((word, _, statement) => {
    if (pausing && word === 'commit') return 'cut-after'
    pausing = statement.includes('"hop" = ')
    return 'pass'
  })
  const request = jobRequest({ additionalData: { batch_size: 2 } })
  await shaken.handle(request, 150)
  await handle([JSON.stringify(request)])
  expect(await expectTruth(request)).toMatchObject({ hop: 1, deliveries: 2 })
})

test('connections that break at BEGIN again and again are replaced', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, expectTruth } = await openEnv()
  const { proxy, handle } = await victim()
  proxy.decide((word, nth) => (word === 'begin' && nth <= 10 ? 'cut-before' : 'pass'))
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1 })
})
