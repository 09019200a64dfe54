import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRandom } from '../../support/random.ts'
import { openManyObjects } from '../chaos/many-objects.ts'
import { examineJob } from '../expected-job.ts'
import { openFaultEnv, type Query } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { openPostgresProxy } from '../postgres-proxy.ts'
import type { Scenario } from '../scenario.ts'
import { percentile, sorted } from '../statistics.ts'
import { openTcpProxy } from '../tcp-proxy.ts'

const mostMb = 256
/** The old generation that V8 gives itself where there are 256 MB: half of it. On a larger machine it would collect less. */
const heapMb = mostMb / 2
/** How much more the last quarter may hold than the second, where there are so many objects that it says something. */
const growth = 1.15
const telling = 200_000

export const memory: Scenario = {
  name: 'memory',
  faults: ['F10'],
  about:
    'very many objects in one job of a worker with the heap of a function of 256 MB, while 5 % of its requests, 1 % of the pieces of its answers and 5 % of its statements are cut',
  claim: `the copy is exact, in at most ${mostMb} MB that do not grow`,
  rounds: { test: 2_000, ci: 20_000, full: 1_000_000 },
  async run({ seed, rounds, say }) {
    const server = await openManyObjects(rounds, seed)
    const provider = await openTcpProxy(server.url)
    const env = await openFaultEnv({ sandbox: { customers: 1 } })
    const postgres = await openPostgresProxy(env.url)
    const random = createRandom(seed)
    const cuts = { requests: 0, statements: 0 }
    provider.decide(({ from }) => {
      if (!random.chance(from === 'client' ? 0.05 : 0.01)) return 'pass'
      cuts.requests++
      return 'cut-before'
    })
    postgres.decide(() => {
      if (!random.chance(0.05)) return 'pass'
      cuts.statements++
      return random.pick(['cut-before', 'cut-after'] as const)
    })
    try {
      const worker = await env.openWorker({
        ConnectionStrings__DefaultConnection: postgres.url,
        Stripe__ApiBase: provider.url,
        NODE_OPTIONS: `--max-old-space-size=${heapMb}`,
        Worker__TimeoutMinutes: '0',
      })
      const rss: number[] = []
      const timer = setInterval(() => {
        rss.push(megabytes(worker.pid))
        if (rss.length % 60 === 0) say(`${rss.length} s, ${Math.round(rss.at(-1) ?? 0)} MB`)
      }, 1_000)
      const tenantId = randomUUID()
      const began = performance.now()
      const jobId = await runJob(env, worker.invoke, { tenantId, additionalData: { resources: ['customers'] } })
      const seconds = (performance.now() - began) / 1_000
      clearInterval(timer)
      rss.push(megabytes(worker.pid))
      const counters = { fetched: rounds, created: rounds, updated: 0, unchanged: 0, rejected: 0 }
      const problems = [...(await examineJob(env.query, jobId, counters))]
      if ((await digestOf(env.query, tenantId)) !== digest(await server.ids())) problems.push('the copy is not exact')
      const quarter = Math.floor(rss.length / 4)
      const [early, late] = [rss.slice(quarter, 2 * quarter), rss.slice(3 * quarter)].map((samples) =>
        Math.round(percentile(sorted(samples), 0.5)),
      )
      const peak = Math.round(Math.max(...rss))
      if (peak > mostMb) problems.push(`${peak} MB at the peak`)
      if (rounds >= telling && Number(late) > Number(early) * growth)
        problems.push(`grows: ${early} MB in its second quarter, ${late} in its last`)
      const figures = {
        'peak RSS, MB': peak,
        'median RSS of the second and the last quarter, MB': `${early} and ${late}`,
        'requests and answers cut': cuts.requests,
        'statements cut': cuts.statements,
        'objects a second': Math.round(rounds / seconds),
      }
      return { rounds, figures, problems }
    } finally {
      await env.close()
      await Promise.all([provider.close(), postgres.close()])
      server.close()
    }
  },
}

/** Resident megabytes of a process; 0 where there is no /proc. */
function megabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}

const digest = (ids: readonly string[]) => createHash('md5').update(ids.toSorted().join()).digest('hex')

async function digestOf(query: Query, tenantId: string): Promise<string> {
  const [row] = await query<{ digest: string }>(
    `select md5(string_agg(id, ',' order by id collate "C")) as digest from customers where tenant_id = $1 and deleted_at is null`,
    [tenantId],
  )
  return row?.digest ?? ''
}
