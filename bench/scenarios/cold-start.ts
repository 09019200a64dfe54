import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import type { Bench } from '../bench.ts'
import { coldStartProgram, workerBundle } from '../build.ts'
import type { ColdStart } from '../cold-start.ts'
import { workerEnvironment } from '../contestants/worker.ts'
import { deployedEnvironment } from '../deployed.ts'
import { startProgram } from '../program.ts'
import type { Result, Scenario } from '../result.ts'
import { sharedNow } from '../server/protocol.ts'
import { shown, spread } from '../statistics.ts'

const mostMs = 250
const mostKilobytes = 650

export const coldStart: Scenario = {
  name: 'start',
  about: 'A fresh process: how long until its first request to Stripe is there, and how large the bundle is.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const times = bench.pick({ full: 15, quick: 7, smoke: 1 })
    const starts = []
    for (let round = 0; round < times; round++) starts.push(await startOnce(bench))
    const fromProcess = spread(starts.map((start) => start.requestedAt - start.spawnedAt))
    const fromCall = spread(starts.map((start) => start.requestedAt - start.loadedAt))
    const kilobytes = statSync(workerBundle).size / 1_000
    return {
      findings: [
        {
          what: 'from the process’s start to its first request, ms',
          measured: shown(fromProcess),
          target: `≤ ${mostMs}`,
          reached: fromProcess.median <= mostMs,
        },
        {
          what: 'from the handler’s call to its first request, ms (bundle loaded; connects, claims the job)',
          measured: shown(fromCall),
          target: `≤ ${mostMs}`,
          reached: fromCall.median <= mostMs,
        },
        {
          what: 'handler.cjs, KB',
          measured: kilobytes.toFixed(0),
          target: `≤ ${mostKilobytes}`,
          reached: kilobytes <= mostKilobytes,
        },
      ],
      problems: starts.some(({ requestedAt }) => Number.isNaN(requestedAt)) ? ['start: a process made no request'] : [],
    }
  },
}

async function startOnce(bench: Bench) {
  const server = await bench.server({ '/v1/customers': { count: 100, density: 'growth' } })
  await server.reset({ latencyMs: 0, accountPerSecond: null, endpointPerSecond: null })
  const database = await bench.postgres.freshDatabase('worker')
  const additionalData = { resources: ['customers'] }
  const body = JSON.stringify({
    jobId: randomUUID(),
    tenantId: randomUUID(),
    providerName: 'stripe',
    accessToken: 'sk_live_bench',
    additionalData,
  })
  const limits = { perSecond: 100, endpointPerSecond: 100 }
  const spawnedAt = sharedNow()
  const child = startProgram(coldStartProgram, [workerBundle, body], {
    ...deployedEnvironment(),
    ...workerEnvironment({ databaseUrl: database.url, stripeUrl: server.url, ...limits }),
  })
  const loaded = once(child, 'message').then(([message]) => (message as ColdStart).loadedAt)
  const loadedAt = await Promise.race([loaded, once(child, 'exit').then(() => Number.NaN)])
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const [first] = await server.seen()
  await database.drop()
  return { spawnedAt, loadedAt, requestedAt: first?.arrivedAt ?? Number.NaN }
}
