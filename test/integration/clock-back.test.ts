import { describe, expect, test } from 'vitest'
import { jobRequest } from '../support/setup.ts'
import { open } from './dates-setup.ts'

describe('a provider whose clock went back', () => {
  const days = 3 * 86_400

  test.each(['full', 'incremental'] as const)(
    'makes a %s job wait, in words, and loses nothing of that time',
    async (syncType) => {
      const { sync, sandbox, tenantId, deliver, job, row } = await open()
      await sync('full')
      sandbox.advance(-days)
      const [changed, gone] = sandbox.expected('customers').map(({ id }) => String(id))
      sandbox.update('customers', String(changed), { name: 'Changed meanwhile' })
      sandbox.remove('customers', String(gone))
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType } })
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({
        status: 'retrying',
        attempt: 0,
        error: {
          code: 'provider_clock',
          message: expect.stringMatching(
            /^stripe: the answer is dated 43\d\d minutes before the answers of an earlier job \(.+\)\. Nothing of it was stored\. Look for/,
          ),
        },
      })
      sandbox.advance(days)
      sandbox.advance(2)
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
      const { result } = await sync('full')
      expect(result.resources.customers).toMatchObject({ proof: { equal: true } })
      expect(await row(String(changed))).toMatchObject({ name: 'Changed meanwhile' })
      expect(await row(String(gone))).toMatchObject({ deleted: true })
    },
  )

  test('is seen by a job with a new key as well, whose account becomes known after the first page', async () => {
    const { sync, sandbox, tenantId, deliver, job, row } = await open()
    await sync('full')
    sandbox.advance(-days)
    const id = String(sandbox.expected('customers')[0]?.id)
    sandbox.update('customers', id, { name: 'Changed meanwhile' })
    sandbox.onRequest(async ({ path }) => {
      if (path === '/v1/account') await new Promise((resolve) => setTimeout(resolve, 300))
    })
    const request = jobRequest({ tenantId, accessToken: 'sk_live_new_key_of_the_account' })
    await deliver(request)
    expect(await job(request.jobId)).toMatchObject({ status: 'retrying', error: { code: 'provider_clock' } })
    sandbox.advance(days)
    sandbox.advance(2)
    await deliver(request)
    expect(await row(id)).toMatchObject({ name: 'Changed meanwhile' })
  })

  test('is believed back to five minutes, and by the first job of an account however far', async () => {
    const { sync, sandbox } = await open()
    sandbox.advance(-days)
    expect((await sync('full')).row).toMatchObject({ status: 'completed' })
    sandbox.advance(-240)
    expect((await sync('incremental')).row).toMatchObject({ status: 'completed' })
  })

  test('is overruled by force_refresh', async () => {
    const { sync, sandbox, row } = await open()
    await sync('full')
    sandbox.advance(-days)
    const id = String(sandbox.expected('customers')[0]?.id)
    sandbox.update('customers', id, { name: 'Changed meanwhile' }, { silent: true })
    expect((await sync('full', { force_refresh: true })).row).toMatchObject({ status: 'completed' })
    expect(await row(id)).toMatchObject({ name: 'Changed meanwhile' })
  })
})
