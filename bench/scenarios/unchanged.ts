import { worker } from '../contestants/index.ts'
import { runOn } from '../measure.ts'
import type { Result, Scenario } from '../result.ts'
import { mark, settle, type Written, writtenSince } from '../rewrites.ts'
import { shown, spread } from '../statistics.ts'
import { described } from './single.ts'

const conditions = { latencyMs: 50, accountPerSecond: 100, endpointPerSecond: 100 }

export const unchanged: Scenario = {
  name: 'unchanged',
  about: 'A second full run that finds nothing new: what it writes and what it costs Postgres.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 100_000, quick: 10_000, smoke: 1_000 })
    const server = await bench.server({ '/v1/customers': { count, density: 'growth' } })
    const problems: string[] = []
    const cost: number[] = []
    const written: Written[] = []
    for (let round = 0; round < bench.rounds; round++) {
      const database = await bench.postgres.freshDatabase('worker')
      const pairing = { contestant: worker, server }
      const first = await runOn(pairing, { postgres: bench.postgres, database }, conditions)
      await settle(database)
      const before = await mark(database)
      const again = await runOn(pairing, { postgres: bench.postgres, database }, conditions)
      const since = await writtenSince(before, database, worker.table)
      await database.drop()
      bench.say(
        `${described(again)}; ${since.rows} rows, ${since.rowWalBytes} bytes of their WAL, ${since.walBytes} in all`,
      )
      problems.push(...[first, again].flatMap(({ problem }) => problem ?? []))
      if (first.problem ?? again.problem) continue
      cost.push(again.postgresCpuMs / first.postgresCpuMs)
      written.push(since)
    }
    const rows = spread(written.map((item) => item.rows))
    const rowWal = spread(written.map(({ rowWalBytes }) => rowWalBytes))
    const share = spread(cost)
    const account = `second full run of ${count.toLocaleString('en')} customers`
    return {
      findings: [
        { what: `${account}: rows written`, measured: shown(rows), target: '0', reached: rows.max === 0 },
        { what: `${account}: WAL of its rows, bytes`, measured: shown(rowWal), target: '0', reached: rowWal.max === 0 },
        {
          what: `${account}: WAL in all, bytes (jobs, checkpoints, checksummed hints)`,
          measured: shown(spread(written.map(({ walBytes }) => walBytes))),
          target: '',
          reached: null,
        },
        {
          what: `${account}: Postgres CPU, share of the first run’s`,
          measured: shown(share, 2),
          target: '≤ 0.60',
          reached: share.median <= 0.6,
        },
      ],
      problems,
    }
  },
}
