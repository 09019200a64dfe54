import type { Bench } from '../bench.ts'
import { worker } from '../contestants/index.ts'
import { readWithForesight } from '../ideal-client.ts'
import { perMillion, perSecond, type Run, runOnce } from '../measure.ts'
import type { Sized } from '../mode.ts'
import type { Finding, Result, Scenario } from '../result.ts'
import type { ListOptions } from '../server/collection.ts'
import type { Conditions } from '../server/protocol.ts'
import { shown, spread } from '../statistics.ts'

/** The worker copies one list of customers again and again, each time in a fresh process with a fresh database. */
export async function runWorker(bench: Bench, list: ListOptions, conditions: Conditions, rounds = bench.rounds) {
  const server = await bench.server({ '/v1/customers': list })
  const runs: Run[] = []
  for (let round = 0; round < rounds; round++) {
    const run = await runOnce({ contestant: worker, server }, bench.postgres, conditions)
    bench.say(described(run))
    runs.push(run)
  }
  return {
    server,
    runs,
    good: runs.filter(({ problem }) => problem === null),
    problems: runs.flatMap(({ problem }) => problem ?? []),
  }
}

export function described(run: Run): string {
  if (run.problem) return run.problem
  const { requests, fewest, limited, peakRssMb } = run
  return [
    `${Math.round(perSecond(run)).toLocaleString('en')} objects/s`,
    `${requests} requests (${fewest} are enough)`,
    `${limited} × 429`,
    `${perMillion(run.cpuMs, run).toFixed(0)} + ${perMillion(run.postgresCpuMs, run).toFixed(0)} CPU-s a million`,
    `${peakRssMb.toFixed(0)} MB`,
  ].join(', ')
}

interface Ceiling {
  readonly name: string
  readonly about: string
  readonly sizes: Sized
  readonly conditions: Conditions
  /** Of the ceiling, at least. */
  readonly share: number
}

/** A scenario whose target is a share of what the rate limit allows, without a single 429. */
export function ceilingScenario({ name, about, sizes, conditions, share }: Ceiling): Scenario {
  return {
    name,
    about,
    modes: ['full', 'quick'],
    async run(bench): Promise<Result> {
      const list = { count: bench.pick(sizes), density: 'growth' } as const
      const { server, good, problems } = await runWorker(bench, list, conditions)
      const foreseen = await readWithForesight(server, '/v1/customers', conditions)
      const ceiling = Math.min(conditions.accountPerSecond ?? Infinity, conditions.endpointPerSecond ?? Infinity) * 100
      const speed = spread(good.map(perSecond))
      const limited = spread(good.map((run) => run.limited))
      const foresight = spread([(list.count / foreseen.ms) * 1_000])
      const shareOf = (rate: typeof speed) =>
        `${shown(rate)}, ${((rate.median / ceiling) * 100).toFixed(1)} % of ${ceiling.toLocaleString('en')}`
      const account = `${list.count.toLocaleString('en')} customers at ${ceiling / 100} requests/s, ${conditions.latencyMs} ms`
      const findings: Finding[] = [
        {
          what: `${account}: objects/s`,
          measured: shareOf(speed),
          target: `≥ ${share * 100} %`,
          reached: speed.median >= share * ceiling,
        },
        { what: `${account}: answers 429`, measured: shown(limited), target: '0', reached: limited.max === 0 },
        {
          what: `${account}: objects/s of a client that knows, once asked, where every page begins, and stores nothing`,
          measured: foreseen.limited > 0 ? `${foreseen.limited} answers 429` : shareOf(foresight),
          target: '',
          reached: null,
        },
      ]
      return { findings, problems }
    },
  }
}
