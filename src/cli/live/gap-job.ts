import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Log } from '../../log/log.ts'
import { runQuietly, type Sync } from '../sync-once.ts'

/** How often the schedules are looked at. The tick of a deployed worker looks once a minute. */
const lookMs = 5_000

/** A requested job is due a minute after the last one at the latest. */
const requestedAheadSeconds = 60

interface GapJobs {
  /** Runs the job that is due or asked for, if one is, after the one that runs. Resolves when it has ended. */
  end(): Promise<void>
  /** So many jobs were run. */
  count(): number
}

/**
 * Runs the incremental job of the account when events ask for one, as the tick does: where more objects have to be fetched than
 * live events may ask for. `tell` gets a sentence for the terminal.
 */
export function openGapJobs(sync: Sync, { log, tell }: { readonly log: Log; tell(sentence: string): void }): GapJobs {
  let running: Promise<void> | undefined
  let count = 0
  const run = async (aheadSeconds: number) => {
    if (!(await isDue(sync.client, sync.request, aheadSeconds))) return
    count++
    tell('more objects to fetch than events may ask for: an incremental job of the account reads them')
    const { jobId: _, additionalData, ...request } = sync.request
    const incremental = { ...additionalData, sync_type: 'incremental' } as const
    const never = new AbortController().signal
    await runQuietly(
      { ...sync, stop: never, request: { ...request, jobId: randomUUID(), additionalData: incremental } },
      log,
    )
  }
  const runDue = async (aheadSeconds = 0) => {
    running ??= run(aheadSeconds).finally(() => {
      running = undefined
    })
    await running
  }
  const timer = setInterval(() => void runDue().catch((error) => tell(String(error))), lookMs)
  return {
    count: () => count,
    async end() {
      clearInterval(timer)
      await running
      await runDue(requestedAheadSeconds)
    },
  }
}

/** Takes the turn of the account's schedule, as the tick does. */
async function isDue(
  client: pg.Client,
  { tenantId, providerName }: Sync['request'],
  aheadSeconds: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update sync_schedules set next_at = now() + make_interval(secs => every_seconds), last_sent_at = now()
      where tenant_id = $1 and provider = $2 and sync_type = 'incremental' and next_at <= now() + make_interval(secs => $3)
        and paused_at is null`,
    [tenantId, providerName, aheadSeconds],
  )
  return (rowCount ?? 0) > 0
}
