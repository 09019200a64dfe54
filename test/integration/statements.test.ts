import { expect, onTestFinished, test } from 'vitest'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { countsRequests } from '../support/faults.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Each is a round trip: to a database in another zone a small job is nothing but these. Claim; the account's lease; the note
 * of rows that the list does not show; BEGIN with all settings, rows, the job with its proof, COMMIT. For Postgres the BEGIN
 * is two statements.
 */

async function statementsOf(...jobs: readonly object[]) {
  const { workerUrl, openWorker, job } = await setup({ sandbox: { customers: 20 }, exempt: countsRequests })
  const proxy = await openPostgresProxy(workerUrl)
  onTestFinished(() => proxy.close())
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url })
  const { tenantId } = jobRequest()
  const sync = async (additionalData: object) => {
    const trips: string[] = []
    let statements = 0
    proxy.decide((word, _nth, statement) => {
      trips.push(word)
      statements += statement.split(/;\s/).length
      return 'pass'
    })
    const request = jobRequest({ tenantId, additionalData })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
    return { trips, statements }
  }
  const statements: object[] = []
  for (const additionalData of jobs) statements.push(await sync(additionalData))
  return statements
}

test('a small job is eight statements in seven round trips, the first time and when nothing has changed', async () => {
  const trips = ['insert', 'with', 'insert', 'begin', 'with', 'with', 'commit']
  const job = { trips, statements: 8 }
  expect(await statementsOf({}, {})).toEqual([job, job])
})

test('an incremental job with nothing new is seven statements in six round trips', async () => {
  const [, job] = await statementsOf({}, { syncType: 'incremental' })
  expect(job).toEqual({ trips: ['insert', 'with', 'select', 'begin', 'with', 'commit'], statements: 7 })
})
