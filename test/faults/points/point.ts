import { randomUUID } from 'node:crypto'
import type { Invoke } from '../../../src/local/event-source.ts'
import { createRandom } from '../../support/random.ts'
import { jobRequest } from '../fault-env.ts'
import type { WorkerProcess } from '../worker.ts'
import type { PointEnv } from './point-env.ts'

/** A moment of a job: before or after its n-th statement or call to the queue. */
export interface Point {
  readonly what: 'statements' | 'calls to the queue'
  readonly nth: number
  readonly when: 'cut-before' | 'cut-after'
  readonly workers: 1 | 2
}

/** The time of the first delivery. It is too short for the job, which is paused and sent again. */
const shortMs = 3_000
/** How late a busy machine may answer before the worker is killed for it. */
const graceMs = 10_000
const additionalData = { resources: ['customers'], batch_size: 5 }

interface Choice {
  readonly seed: number
  readonly atMost: number
}

/** Every point of an undisturbed job, in the order the seed draws, at most so many. */
export async function allPoints(pointEnv: PointEnv | undefined, { seed, atMost }: Choice): Promise<readonly Point[]> {
  if (!pointEnv) return []
  const counted = { statements: 0, 'calls to the queue': 0 }
  pointEnv.postgres.decide(() => {
    counted.statements++
    return 'pass'
  })
  pointEnv.queue.decide(() => {
    counted['calls to the queue']++
    return 'pass'
  })
  await dieAt(pointEnv, undefined, randomUUID())
  const points = (['statements', 'calls to the queue'] as const).flatMap((what) =>
    Array.from({ length: counted[what] }, (_, at) => at + 1).flatMap((nth) =>
      (['cut-before', 'cut-after'] as const).flatMap((when) =>
        ([1, 2] as const).map((workers): Point => ({ what, nth, when, workers })),
      ),
    ),
  )
  const random = createRandom(seed)
  return points
    .map((point) => ({ point, at: random.below(1_000_000) }))
    .toSorted((left, right) => left.at - right.at)
    .slice(0, atMost)
    .map(({ point }) => point)
}

/** Runs a job whose first worker dies at that point. Other workers finish it. */
export async function dieAt(pointEnv: PointEnv, point: Point | undefined, tenantId: string) {
  const { env, postgres, queue } = pointEnv
  const victim = await pointEnv.openVictim()
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
  for (let copies = 0; copies < (point?.workers ?? 1); copies++) await env.queue.send(JSON.stringify(request))
  const others: WorkerProcess[] = []
  let deliveries = 0
  const invoke: Invoke = async (event) => {
    const isFirst = deliveries++ === 0
    const idle = [victim, ...others].find((worker) => !worker.ended() && !working.has(worker))
    const worker = idle ?? (await env.openWorker())
    if (!others.includes(worker) && worker !== victim) others.push(worker)
    working.add(worker)
    try {
      return await (isFirst ? worker.invoke(event, shortMs, graceMs) : worker.invoke(event, 60_000))
    } finally {
      working.delete(worker)
    }
  }
  const working = new Set<WorkerProcess>()
  const source = env.deliver(invoke, { concurrency: point?.workers ?? 1 })
  await source.idle()
  await source.close()
  await Promise.all([victim, ...others].map((worker) => worker.end()))
  return { jobId: request.jobId, killed }
}
