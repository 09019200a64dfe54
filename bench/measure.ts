import { once } from 'node:events'
import { workerBundle } from './build.ts'
import { check } from './check.ts'
import { sampleRss, startContestant } from './contestant-process.ts'
import type { Task } from './contestants/contestant.ts'
import type { Contestant } from './contestants/index.ts'
import type { Database, Postgres, Statements } from './postgres.ts'
import type { Conditions, Seen } from './server/protocol.ts'
import type { StripeServer } from './stripe-server.ts'

/** One run of one contestant. Times in milliseconds. */
export interface Run {
  /** Why it has no figures: what its copy lacks, or how it failed. */
  readonly problem: string | null
  readonly wallMs: number
  readonly cpuMs: number
  readonly postgresCpuMs: number
  readonly peakRssMb: number
  /** Resident megabytes, read once a second. */
  readonly rssMb: readonly number[]
  /** CPU of the Stripe-shaped server: to see that it is not what is measured. */
  readonly serverCpuMs: number
  /** Null unless Postgres counts statements. */
  readonly statements: Statements | null
  /** Objects the server holds. */
  readonly objects: number
  readonly requests: number
  readonly limited: number
  /** Requests that pages of a hundred need, one for an empty list. */
  readonly fewest: number
  readonly startedAt: number
  readonly seen: readonly Seen[]
}

export interface Pairing {
  readonly contestant: Contestant
  readonly server: StripeServer
  /** The worker's resources; null: its default set. Other contestants copy customers. Default: customers. */
  readonly resources?: readonly string[] | null
}

/** A contestant in a process of its own, which can sync several times. */
export interface Session {
  /** Syncs once, then checks the copy. */
  run(conditions: Conditions): Promise<Run>
  /** Ends the process and waits until Postgres has seen it. */
  close(): Promise<void>
}

export interface Place {
  readonly postgres: Postgres
  readonly database: Database
}

/** Starts the contestant on this database: a fresh one, or one that it has filled before. */
export async function openSession(
  { contestant, server, resources = ['customers'] }: Pairing,
  { postgres, database }: Place,
  { accountPerSecond, endpointPerSecond }: Conditions,
): Promise<Session> {
  const task: Task = {
    contestant: contestant.name,
    databaseUrl: database.url,
    stripeUrl: server.url,
    perSecond: accountPerSecond ?? 10_000,
    endpointPerSecond: endpointPerSecond ?? 10_000,
    bundle: workerBundle,
    resources,
  }
  await server.reset({ latencyMs: 0, accountPerSecond: null, endpointPerSecond: null })
  const child = startContestant(task)
  const close = async () => {
    child.process.kill('SIGKILL')
    if (child.process.exitCode === null && child.process.signalCode === null) await once(child.process, 'exit')
    await database.quiet()
  }
  const ready = await child.next()
  return {
    close,
    async run(conditions) {
      if (ready.kind === 'failed') return failedRun(ready.message)
      await server.reset(conditions)
      await postgres.resetStatements()
      const before = { postgres: postgres.cpuMs(), server: await server.cpuMs() }
      const sampling = sampleRss(child.process.pid ?? 0)
      child.process.send('sync')
      const report = await child.next()
      const postgresCpuMs = postgres.cpuMs() - before.postgres
      const serverCpuMs = (await server.cpuMs()) - before.server
      const rssMb = sampling.end()
      const statements = await postgres.statements(database)
      if (report.kind !== 'done')
        return failedRun(report.kind === 'failed' ? report.message : 'said it was ready twice')
      const seen = await server.seen()
      const problem = await check(contestant, database, server)
      const counts = Object.values(server.population.lists).map(({ count }) => count)
      return {
        problem,
        wallMs: report.endedAt - report.startedAt,
        cpuMs: report.cpuMs,
        postgresCpuMs,
        peakRssMb: report.peakRssMb,
        rssMb,
        serverCpuMs,
        statements,
        objects: counts.reduce((sum, count) => sum + count, 0),
        requests: seen.length,
        limited: seen.filter(({ status }) => status === 429).length,
        fewest: counts.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / 100)), 0),
        startedAt: report.startedAt,
        seen,
      }
    },
  }
}

/** A fresh process, a fresh database, one sync. */
export async function runOnce(pairing: Pairing, postgres: Postgres, conditions: Conditions): Promise<Run> {
  const database = await postgres.freshDatabase(pairing.contestant.database)
  try {
    return await runOn(pairing, { postgres, database }, conditions)
  } finally {
    await database.drop()
  }
}

/** A fresh process on this database, one sync. */
export async function runOn(pairing: Pairing, place: Place, conditions: Conditions): Promise<Run> {
  const session = await openSession(pairing, place, conditions)
  try {
    return await session.run(conditions)
  } finally {
    await session.close()
  }
}

/** Objects a second from the beginning of the sync to its end. */
export const perSecond = ({ objects, wallMs }: Run): number => (objects / wallMs) * 1_000

/** Milliseconds of a run as seconds for a million objects. */
export const perMillion = (ms: number, { objects }: Run): number => (ms / objects) * 1_000

function failedRun(message: string): Run {
  const unknown = Number.NaN
  const figures = {
    wallMs: unknown,
    cpuMs: unknown,
    postgresCpuMs: unknown,
    serverCpuMs: unknown,
    peakRssMb: unknown,
    startedAt: unknown,
  }
  return {
    ...figures,
    rssMb: [],
    statements: null,
    problem: `failed: ${message}`,
    objects: 0,
    requests: 0,
    limited: 0,
    fewest: 0,
    seen: [],
  }
}
