import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { minutesAgo } from '../operations/plant-job.ts'
import { openTestPage, progress } from '../page/page-setup.ts'
import { openTab } from './open-browser.ts'

/* `docs/page.png` is made by this test where PAGE_PNG names it. */
test('a screenshot of the page is small', async () => {
  const path = process.env.PAGE_PNG ?? '/tmp/billing-sync-page.png'
  const { job, address } = await openTestPage()
  await job({ status: 'completed', account: 'acct_1NorthStar', fetched: 18_204, created: 18_204, requests: 201 })
  await job({ status: 'failed', account: 'acct_1Harbour' })
  await job({
    status: 'retrying',
    provider: 'square',
    account: 'ML3VQ8',
    fetched: 2_113,
    created: 2_113,
    requests: 44,
    waiting_for: { code: 'provider_unavailable', message: 'square: it answered 503.' },
    waiting_since: minutesAgo(4),
    next_attempt_at: minutesAgo(-3),
  })
  await job({
    status: 'running',
    account: 'acct_1Willow',
    fetched: 61_200,
    created: 61_200,
    requests: 640,
    started_at: minutesAgo(0.6),
    created_at: minutesAgo(0.6),
    progress: { customers: progress(1, 30_000), subscriptions: progress(0.7, 22_400), invoices: progress(0.2, 8_800) },
  })
  const { tab } = await openTab({ viewport: { width: 960, height: 760 } })
  await tab.goto(address)
  await tab.getByText('live', { exact: true }).waitFor()
  await tab.screenshot({ path })
  expect(statSync(path).size).toBeLessThan(150_000)
})
