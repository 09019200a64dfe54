import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../../../src/clock.ts'
import { parseConnectionString } from '../../../src/config/connection-string.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { moveUnknown } from '../../../src/job/move-unknown.ts'

/*
 * Moves the rows of a tenant to an account, as the first job of the account does. A process of its own, so that it can be killed:
 *   adopt.ts URL TENANT ACCOUNT JOB
 */
const [url = '', tenantId = '', account = '', jobId = ''] = process.argv.slice(2)
const database = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
  connections: 1,
  applicationName: 'adopt',
})
const key = { tenantId, provider: 'stripe', account, mayHaveUnknown: true }
const lease = { jobId, fence: 1, seconds: 600 }
await moveUnknown(key, { db: database.tenant(tenantId), clock: systemClock, lease }, new AbortController().signal)
await database.close()
// The pool may hold the process.
await setTimeout(0)
