import type { createRandom } from '../../support/random.ts'
import type { PostgresProxy } from '../postgres-proxy.ts'
import type { QueueFate, QueueProxy } from '../queue-proxy.ts'
import type { World } from '../worlds/world.ts'

/** What is to be disturbed; the others are left alone. */
interface Ways {
  readonly postgres?: PostgresProxy | undefined
  readonly queue?: QueueProxy | undefined
  readonly world?: Pick<World, 'fail' | 'passing'> | undefined
}

interface Disturbance {
  readonly random: ReturnType<typeof createRandom>
  /** The share of statements, calls to the queue and requests to the provider that go wrong. */
  readonly rate: number
}

/** How many calls went wrong, by whose they were. */
export interface Disturbed {
  postgres: number
  queue: number
}

/** Of statements, calls to the queue and requests to the provider so many go wrong from now on, drawn by the seed. */
export function disturb({ postgres, queue, world }: Ways, { random, rate }: Disturbance): Disturbed {
  const disturbed = { postgres: 0, queue: 0 }
  postgres?.decide(() => {
    if (!random.chance(rate)) return 'pass'
    disturbed.postgres++
    return random.pick(['cut-before', 'cut-after'] as const)
  })
  queue?.decide(() => {
    if (!random.chance(rate)) return 'pass'
    disturbed.queue++
    return random.pick<QueueFate>(['cut-before', 'cut-after', 'twice', 'refuse', 20 + random.below(200)])
  })
  for (const failure of world?.passing ?? []) world?.fail({ ...failure, probability: rate / world.passing.length })
  return disturbed
}
