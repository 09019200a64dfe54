import { randomUUID } from 'node:crypto'
import type { Invoke } from '../../../src/local/event-source.ts'
import { createRandom } from '../../support/random.ts'
import { jobRequest } from '../fault-env.ts'
import type { WorkerProcess } from '../worker.ts'
import type { Booth } from './point-env.ts'

/** One moment of a job's life: its n-th statement or call to the queue, before it is done or after. */
export interface Point {
  readonly what: 'statements' | 'calls to the queue'
  readonly nth: number
  readonly when: 'cut-before' | 'cut-after'
  readonly workers: 1 | 2
}

/** Pauses the job's first delivery before it is done, so that it is sent again. */
const shortMs = 3_000
/** What a busy machine may be late before that is a death of its own. */
const graceMs = 10_000
const additionalData = { resources: ['customers'], batch_size: 5 }

interface Choice {
  readonly seed: number
  readonly atMost: number
}

/** Every point of a job that nobody disturbs, or as many as wanted, drawn from them. */
export async function allPoints(booth: Booth | undefined, { seed, atMost }: Choice): Promise<readonly Point[]> {
  if (!booth) return []
  const counted = { statements: 0, 'calls to the queue': 0 }
  booth.postgres.decide(() => {
    counted.statements++
    return 'pass'
  })
  booth.queue.decide(() => {
    counted['calls to the queue']++
    return 'pass'
  })
  await dieAt(booth, undefined, randomUUID())
  const all = (['statements', 'calls to the queue'] as const).flatMap((what) =>
    Array.from({ length: counted[what] }, (_, at) => at + 1).flatMap((nth) =>
      (['cut-before', 'cut-after'] as const).flatMap((when) =>
        ([1, 2] as const).map((workers): Point => ({ what, nth, when, workers })),
      ),
    ),
  )
  const random = createRandom(seed)
  return all
    .map((point) => ({ point, at: random.below(1_000_000) }))
    .toSorted((one, other) => one.at - other.at)
    .slice(0, atMost)
    .map(({ point }) => point)
}

/** A job whose first worker dies at that point; others finish it. */
export async function dieAt(booth: Booth, point: Point | undefined, tenantId: string) {
  const { room, postgres, queue } = booth
  const victim = await booth.openVictim()
  let killed = false
  const die = () => {
    killed = true
    victim.signal('SIGKILL')
  }
  if (point) {
    let seen = 0
    const due = (what: Point['what']) => point.what === what && !killed && ++seen === point.nth
    postgres.onCut(die)
    postgres.decide(() => (due('statements') ? point.when : 'pass'))
    queue.decide(() => {
      if (!due('calls to the queue')) return 'pass'
      if (point.when === 'cut-before') die()
      else setTimeout(die, 5)
      return point.when
    })
  }
  const request = jobRequest(tenantId, additionalData)
  for (let copies = 0; copies < (point?.workers ?? 1); copies++) await room.queue.send(JSON.stringify(request))
  const others: WorkerProcess[] = []
  let deliveries = 0
  const invoke: Invoke = async (event) => {
    const first = deliveries++ === 0
    if (first) return victim.invoke(event, shortMs, graceMs)
    const busy = [victim, ...others].find((one) => !one.ended() && !working.has(one))
    const worker = busy ?? (await room.openWorker())
    if (!others.includes(worker) && worker !== victim) others.push(worker)
    working.add(worker)
    try {
      return await worker.invoke(event, 60_000)
    } finally {
      working.delete(worker)
    }
  }
  const working = new Set<WorkerProcess>()
  const source = room.deliver(invoke, { concurrency: point?.workers ?? 1 })
  await source.idle()
  await source.close()
  await Promise.all([victim, ...others].map((worker) => worker.end()))
  return { jobId: request.jobId, killed }
}
