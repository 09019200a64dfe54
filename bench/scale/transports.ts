import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { openTransport } from '../../test/faults/transports/transport.ts'
import { transportNames } from '../../test/faults/transports/transport-name.ts'
import { openTransportBench } from './transports/env.ts'
import { measureJobs, measureKill, measureRedrive } from './transports/measure.ts'

/*
 * Containers on each transport: `node --env-file=infra/local.env --import tsx bench/scale/transports.ts [A,B] [JOBS]
 * [jobs,redrive,kill]`. The figures are kept in bench/scale/transports.json, with the commit and
 * the load. `--texts` prints the statements of a job.
 */

type Kind = 'jobs' | 'redrive' | 'kill'
interface Measured {
  readonly figures: Readonly<Record<string, number>>
  readonly load: number
  readonly commit: string
  readonly date: string
}
type Results = Readonly<Record<string, Measured>>

const file = new URL('transports.json', import.meta.url)
const words = process.argv.slice(2).flatMap((word) => word.split(','))
const named = transportNames.filter((name) => words.includes(name))
const kinds = (['jobs', 'redrive', 'kill'] as const).filter((kind) => words.includes(kind))
const jobs = Number(words.find((word) => /^\d+$/.test(word)) ?? 1_000)
const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
const commit = `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src') === '' ? '' : '+'}`

const rounded = (value: number) => Math.round(value * 100) / 100

function readResults(): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

function store(transport: string, kind: Kind, figures: Readonly<Record<string, number>>, load: number): void {
  const date = new Date().toISOString().slice(0, 10)
  const results = { ...readResults(), [`${transport} ${kind}`]: { figures, load: rounded(load), commit, date } }
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(transport, kind, figures, `load ${load.toFixed(1)}`)
}

const bench = await openTransportBench()
try {
  for (const name of named.length > 0 ? named : transportNames) {
    const transport = await openTransport[name]()
    const is = (kind: Kind) => kinds.length === 0 || kinds.includes(kind)
    try {
      const [load = 0] = loadavg()
      if (is('jobs')) {
        const { perSecond, statements, texts } = await measureJobs(bench, transport, jobs)
        store(name, 'jobs', { jobs, 'jobs/s': rounded(perSecond), 'statements a job': rounded(statements) }, load)
        if (words.includes('--texts')) console.log(texts.join('\n'))
      }
      if (is('redrive')) store(name, 'redrive', { seconds: rounded(await measureRedrive(transport)) }, load)
      if (is('kill')) store(name, 'kill', { seconds: rounded(await measureKill(bench, transport)) }, load)
    } finally {
      await transport.close()
    }
  }
} finally {
  await bench.close()
}
process.exit(0)
