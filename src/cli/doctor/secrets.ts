import { isNotNull, sql } from 'drizzle-orm'
import { systemClock } from '../../clock.ts'
import type { Config } from '../../config/load.ts'
import { type OpenDatabase, openDatabase } from '../../db/open.ts'
import { eventRoutes, syncSchedules } from '../../db/schema.ts'
import { sentWith } from '../../job/sent-with.ts'
import { openRoutes } from '../../live/routes.ts'
import { findJobs } from '../../operations/jobs.ts'
import { isReference } from '../../secrets/reference.ts'
import { createSecrets } from '../../secrets/secrets.ts'
import { type Finding, findingsAbout } from './finding.ts'

const secrets = findingsAbout('secrets')

/** Rows of a table whose references are looked at, and references of each kind that are read. */
const limits = { rows: 200, references: 10 } as const

/** Whether the secrets of jobs, schedules and webhooks can be read, as a worker reads them. */
export async function* checkSecrets(config: Config): AsyncGenerator<Finding> {
  const references = await newestReferences(config)
  if (references.length === 0) {
    yield secrets.ok('no job, schedule or route that this login sees refers to a secret')
    return
  }
  const { Prefix: prefix, Endpoint: endpoint, Region: region } = config.Secrets
  const store = createSecrets({ prefix, endpoint, region }, systemClock)
  let read = 0
  const refused: Finding[] = []
  for (const reference of references) {
    try {
      await store.open(reference)
      read++
    } catch (error) {
      refused.push(secrets.thrown(error, 'warn'))
    }
  }
  yield* refused.map((finding): Finding => ({ ...finding, status: read === 0 ? 'fail' : 'warn' }))
  if (read > 0) yield secrets.ok(`${read} of ${references.length} secrets of jobs, schedules and webhooks are read`)
}

interface TenantReference {
  readonly tenantId: string
  readonly accessToken: string
}

/** The newest of jobs, schedules, and accounts with a route. The worker's login sees the last two. */
async function newestReferences({ database: settings }: Config): Promise<readonly TenantReference[]> {
  if (!settings) return []
  const database = await openDatabase(settings, { connections: 1, applicationName: 'doctor' })
  try {
    const all = [
      await referencesOfJobs(database),
      await referencesOfSchedules(database),
      await referencesOfRoutes(database),
    ]
    const kinds = all.map((kind) => new Map(kind.filter(isSecret).map((each) => [each.accessToken, each])))
    const newest = kinds.flatMap((kind) => [...kind].slice(0, limits.references))
    return [...new Map(newest).values()]
  } catch {
    // The findings about the database say why.
    return []
  } finally {
    await database.close()
  }
}

const isSecret = ({ accessToken }: TenantReference) => isReference(accessToken)

async function referencesOfJobs({ everyTenant }: OpenDatabase): Promise<readonly TenantReference[]> {
  const jobs = await findJobs(everyTenant, {}, limits.rows)
  return jobs.flatMap(({ tenantId, sentWith: stored }) => {
    const sent = sentWith.safeParse(stored).data
    return sent?.token === 'secret' ? [{ tenantId, accessToken: sent.reference }] : []
  })
}

async function referencesOfSchedules({ schedules }: OpenDatabase): Promise<readonly TenantReference[]> {
  const { tenantId, reference, lastSentAt } = syncSchedules
  const rows = await schedules.within((tx) =>
    tx
      .select({ tenantId, accessToken: reference })
      .from(syncSchedules)
      .where(isNotNull(reference))
      .orderBy(sql`${lastSentAt} desc nulls last`)
      .limit(limits.rows),
  )
  return rows.flatMap(({ tenantId: tenant, accessToken }) =>
    accessToken === null ? [] : [{ tenantId: tenant, accessToken }],
  )
}

/** Of accounts that live events lead to: what fetches their objects, and what signs their webhooks. */
async function referencesOfRoutes({ everyTenant }: OpenDatabase): Promise<readonly TenantReference[]> {
  const { provider, route } = eventRoutes
  const keys = await everyTenant.read((tx) => tx.select({ provider, route }).from(eventRoutes).limit(limits.rows))
  if (keys.length === 0) return []
  const accounts = await openRoutes({ everyTenant }, systemClock.now).find(keys)
  return accounts.flatMap((account) => {
    if (account === null) return []
    const { tenantId, webhookSecrets, reference } = account
    const references = reference === null ? webhookSecrets : [...webhookSecrets, reference]
    return references.map((accessToken) => ({ tenantId, accessToken }))
  })
}
