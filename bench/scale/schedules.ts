import { parseArgs } from 'node:util'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { replaceGenerated } from './generated.ts'
import { quantile } from './report.ts'
import { openScaleEnv } from './scale-env.ts'
import { liveThroughSchedules, type ScheduleDay } from './schedule-day.ts'

/*
 * A day of hourly schedules: the real tick on a real Postgres, once each minute of a simulated clock, and workers in a model.
 *   node --import tsx bench/scale/schedules.ts [--seed 1] [--tenants 10000] [--hours 24] [--write]
 * `--write` replaces the table in docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    tenants: { type: 'string', default: '10000' },
    hours: { type: 'string', default: '24' },
    write: { type: 'boolean', default: false },
  },
})

const variants: readonly (readonly [name: string, Partial<ScheduleDay>])[] = [
  ['a tick each minute, 10 lanes', {}],
  ['the same, no tick from 08:00 to 09:30', { outage: { from: 8, to: 9.5 } }],
]

const seconds = (value: number) => `${value.toFixed(1)} s`
const lines = [
  '| the day | jobs | start after due: p50 | p99 | p99.9 | max | most jobs in a minute | a tick: p50 | p99 |',
  '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
]
for (const [name, variant] of variants) {
  const { jobs, sentByMinute, tickSeconds } = await live(variant)
  const delays = Float64Array.from(jobs, ({ due, started }) => started - due).sort()
  const took = Float64Array.from(tickSeconds).sort()
  const cells = [0.5, 0.99, 0.999, 1].map((share) => seconds(quantile(delays, share)))
  const ticks = [0.5, 0.99].map((share) => `${quantile(took, share).toFixed(2)} s`)
  const most = Math.max(...sentByMinute)
  lines.push(`| ${[name, jobs.length.toLocaleString('en'), ...cells, most, ...ticks].join(' | ')} |`)
  console.log(lines.at(-1))
}
const table = lines.join('\n')
console.log(table)
if (values.write) replaceGenerated('docs/performance.md', 'scheduled', table)

async function live(variant: Partial<ScheduleDay>) {
  const env = await openScaleEnv()
  const settings = parseConnectionString(`${env.url}?sslmode=disable`)
  const database = await openDatabase(settings, { connections: 1, applicationName: 'schedules' })
  try {
    return await liveThroughSchedules({
      database,
      query: env.query,
      tenants: Number(values.tenants),
      hours: Number(values.hours),
      lanes: 10,
      seed: Number(values.seed),
      ...variant,
    })
  } finally {
    await database.close()
    await env.close()
  }
}
