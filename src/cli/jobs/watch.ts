import * as z from 'zod'
import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { type OperatorDatabase, readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { openProgressBar } from '../progress-bar.ts'
import { providerOrder } from '../provider-order.ts'
import type { Terminal } from '../terminal.ts'
import { jobDetailsOf } from './job-details.ts'
import { findJob, jobId } from './job-id.ts'
import { jobLineOf } from './job-json.ts'
import { printJobs } from './list.ts'
import { printDetails } from './show.ts'
import { shownJob, shownJobs } from './shown-job.ts'
import { openWakeUps } from './wake-ups.ts'

/** The longest between two looks, for a connection that brings no announcements. */
const pollMs = 1_000
/** Open jobs that are followed at once. */
const most = 200

export const watchJobs = defineCommand({
  name: 'jobs watch',
  about: 'Shows live how far a job is, until it ends. Without JOB: all open jobs, until none is open.',
  rest: '[JOB]',
  options: z.object({
    tenant: option('UUID', 'jobs of this tenant', tenantId.optional()),
    json: flag('one JSON object for each job, each time that it has changed'),
  }),
  details: `Ends with 0 if the jobs completed, and with 1 if one ended otherwise. Ctrl-C ends the command and no job.

${readerLogin}`,
  async run({ options: { tenant, json }, rest, terminal }) {
    const id = rest.length > 0 ? jobId(rest) : undefined
    return withOperatorDatabase({ name: 'jobs watch', tenant }, async (operator) => {
      if (id !== undefined) await findJob(operator, id)
      const interrupt = listenForInterrupt(
        () => {},
        async () => {},
      )
      try {
        const jobs = await watchToEnd(operator, { id, tenant, json }, terminal, interrupt.signal)
        const [only] = jobs
        if (!json && id !== undefined && only)
          printDetails(jobDetailsOf(only), await providerOrder(operator.config, only.provider), terminal)
        else if (!json && jobs.length > 0) printJobs(jobs, tenant, terminal)
        else if (!json) terminal.print((await operator.emptyBecause()) ?? 'No job is open.')
        if (jobs.some(({ finishedAt }) => finishedAt === null)) return exitCodes.interrupted
        return jobs.every(({ status }) => status === 'completed') ? exitCodes.done : exitCodes.failed
      } finally {
        interrupt.close()
      }
    })
  },
})

interface Watched {
  readonly id: string | undefined
  readonly tenant: string | undefined
  readonly json: boolean
}

/** Shows the jobs until they have ended or the command is interrupted. @returns them as they are then */
async function watchToEnd(
  { reader, settings, config }: OperatorDatabase,
  { id, tenant, json }: Watched,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<readonly StoredJob[]> {
  const seen = new Set(id === undefined ? [] : [id])
  const look = async () => {
    if (id === undefined)
      for (const job of await findJobs(reader, { open: true, tenantId: tenant }, most)) seen.add(job.id)
    return findJobs(reader, { ids: [...seen] }, seen.size)
  }
  const wakeUps = await openWakeUps(settings)
  try {
    let jobs = await look()
    const [first] = jobs
    const order = first ? await providerOrder(config, first.provider) : []
    const shown = json ? printChanges(terminal) : openBars(terminal, jobs, order)
    try {
      for (;;) {
        shown.show(jobs)
        if (stop.aborted || jobs.every(({ finishedAt }) => finishedAt !== null)) return jobs
        await wakeUps.next(pollMs, stop)
        jobs = await look()
      }
    } finally {
      shown.end(jobs)
    }
  } finally {
    await wakeUps.close()
  }
}

interface Display {
  show(jobs: readonly StoredJob[]): void
  end(jobs: readonly StoredJob[]): void
}

function openBars({ out }: Terminal, jobs: readonly StoredJob[], order: readonly string[]): Display {
  if (jobs.length === 0) return { show() {}, end() {} }
  const bar = openProgressBar(out, undefined, Math.max(...jobs.map(({ took }) => took ?? 0)))
  return {
    show(now) {
      const [only] = now
      bar.show(only && now.length === 1 ? shownJob(only, order) : shownJobs(now))
    },
    end: (last) => bar.end(last.every(({ status }) => status === 'completed')),
  }
}

function printChanges({ print }: Terminal): Display {
  const printed = new Map<string, string>()
  return {
    show(jobs) {
      for (const job of jobs) {
        // Its age is no change.
        const { seconds: _seconds, ...state } = jobLineOf(job)
        const text = JSON.stringify(state)
        if (printed.get(job.id) !== text) print(JSON.stringify(jobLineOf(job)))
        printed.set(job.id, text)
      }
    },
    end() {},
  }
}
