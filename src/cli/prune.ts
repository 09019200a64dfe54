import * as z from 'zod'
import { codeOf } from '../db/errors.ts'
import { pruneEventCounts, pruneJobs, tenantsWithOldCounts, tenantsWithOldJobs } from '../operations/prune.ts'
import { seesEveryTenant } from '../operations/scope.ts'
import { defineCommand } from './command.ts'
import { oneTenant } from './database.ts'
import { duration } from './duration.ts'
import { exitCodes } from './exit-codes.ts'
import { withOperatorDatabase } from './operator-database.ts'
import { flag, option, tenantId } from './options.ts'

const day = 86_400

/** What `prune --json` writes. docs/commands.md explains each key. */
export const pruned = z.object({
  tenants: z.int().min(0),
  jobs: z.int().min(0),
  eventCounts: z.int().min(0),
  olderThanSeconds: z.int().min(0),
  dryRun: z.boolean(),
})

export const prune = defineCommand({
  name: 'prune',
  about: `Removes the rows of jobs that ended long ago from sync_jobs, a thousand in a transaction, and the counts of live events of
as long ago. Rows of billing data stay.`,
  options: z.object({
    olderThan: option(
      'TIME',
      'remove jobs that ended longer ago than this, such as 30d; at least 1d',
      duration.refine((seconds) => seconds >= day, 'takes at least 1d'),
    ),
    tenant: option('UUID', 'jobs of this tenant only', tenantId.optional()),
    dryRun: flag('count what would go and change nothing'),
    json: flag('one JSON object'),
  }),
  details: `These rows stay: jobs that have not ended, the last completed full and incremental job of each account, and the jobs that cursors name.
A message that the queue still holds for a removed job would run that job again, so keep jobs longer than the queue keeps
messages. Can be killed and run again, and runs beside the workers.

Login: one that may delete from sync_jobs and sync_event_counts and sees all tenants, as docs/operations.md
makes it. The tables' owner may prune the tenant that --tenant names.`,
  async run({ options: { olderThan, tenant, dryRun, json }, terminal }) {
    return withOperatorDatabase({ name: 'prune', tenant }, async ({ reader, database, settings }) => {
      if (tenant === undefined && !(await seesEveryTenant(reader))) throw new Error(`${oneTenant(settings.user)}.`)
      const tenants = tenant === undefined ? await tenantsWithOldJobs(reader, olderThan) : [tenant]
      const counted = tenant === undefined ? await tenantsWithOldCounts(reader, olderThan) : [tenant]
      let [jobs, eventCounts] = [0, 0]
      try {
        for (const tenantId of tenants)
          jobs += await pruneJobs(database.tenant(tenantId), { tenantId, olderThan, dryRun })
        for (const tenantId of counted)
          eventCounts += await pruneEventCounts(database.tenant(tenantId), { tenantId, olderThan, dryRun })
      } catch (error) {
        if (codeOf(error) === '42501') throw new Error(mayNotDelete)
        throw error
      }
      if (json)
        terminal.print(
          JSON.stringify(
            pruned.parse({
              tenants: new Set([...tenants, ...counted]).size,
              jobs,
              eventCounts,
              olderThanSeconds: olderThan,
              dryRun,
            }),
          ),
        )
      else {
        const what = `${jobs} jobs and ${eventCounts} rows of sync_event_counts`
        terminal.print(dryRun ? `  ${what} would go. Nothing was changed.` : `  ${what} are removed.`)
      }
      return exitCodes.done
    })
  },
})

const mayNotDelete =
  'database: this login may not delete jobs or counts of events (42501). Use the login that docs/operations.md describes under "Remove old jobs".'
