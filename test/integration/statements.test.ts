import { expect, onTestFinished, test } from 'vitest'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { countsRequests } from '../support/faults.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Each is a round trip: to a database in another zone a small job is nothing but these. Claim; the account's lease; the note
 * of rows that the list does not show; BEGIN with all settings, rows, proof, job, COMMIT.
 */

async function statementsOf(additionalData: object) {
  const { workerUrl, openWorker, job } = await setup({ sandbox: { customers: 20 }, exempt: countsRequests })
  const proxy = await openPostgresProxy(workerUrl)
  onTestFinished(() => proxy.close())
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url })
  const { tenantId } = jobRequest()
  const sync = async () => {
    const sent: string[] = []
    proxy.decide((word) => {
      sent.push(word)
      return 'pass'
    })
    const request = jobRequest({ tenantId, additionalData })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
    return sent
  }
  return [await sync(), await sync()]
}

test('a small job takes eight round trips to the database, the first time and when nothing has changed', async () => {
  const trips = ['insert', 'with', 'insert', 'begin', 'with', 'select', 'with', 'commit']
  expect(await statementsOf({})).toEqual([trips, trips])
})
