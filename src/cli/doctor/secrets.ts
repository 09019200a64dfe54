import { systemClock } from '../../clock.ts'
import type { Config } from '../../config/load.ts'
import { openDatabase } from '../../db/open.ts'
import { sentWith } from '../../job/sent-with.ts'
import { findJobs } from '../../operations/jobs.ts'
import { createSecrets } from '../../secrets/secrets.ts'
import { type Finding, findingsAbout } from './finding.ts'

const secrets = findingsAbout('secrets')

/** Jobs whose references are looked at, and references that are read. */
const limits = { jobs: 200, references: 10 } as const

/** Whether the secrets that the newest jobs were sent with can be read, as a worker reads them. */
export async function* checkSecrets(config: Config): AsyncGenerator<Finding> {
  const references = await newestReferences(config)
  if (references.length === 0) {
    yield secrets.ok('no job that this login sees was sent with a reference to a secret')
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
  if (read > 0) yield secrets.ok(`${read} of ${references.length} secrets of the newest jobs are read`)
}

interface TenantReference {
  readonly tenantId: string
  readonly accessToken: string
}

async function newestReferences({ database: settings }: Config): Promise<readonly TenantReference[]> {
  if (!settings) return []
  const database = await openDatabase(settings, { connections: 1, applicationName: 'doctor' })
  try {
    const references = new Map<string, TenantReference>()
    for (const job of await findJobs(database.everyTenant, {}, limits.jobs)) {
      const sent = sentWith.safeParse(job.sentWith).data
      if (sent?.token === 'secret')
        references.set(sent.reference, { tenantId: job.tenantId, accessToken: sent.reference })
    }
    return [...references.values()].slice(0, limits.references)
  } catch {
    // The findings about the database say why.
    return []
  } finally {
    await database.close()
  }
}
