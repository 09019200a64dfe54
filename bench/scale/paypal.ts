import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createPayPalSandbox, sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { contextOf, eventOf, openScaleEnv, openWorkerFor } from './scale-env.ts'

/*
 * How many requests the transactions of three years take, with a day that has more than PayPal gives at once, and how many a
 * second job takes: `node --import tsx bench/scale/paypal.ts [TRANSACTIONS] [OF ONE DAY]`. The sandbox runs in a process of its
 * own.
 */

const latencyMs = 200
const pageSize = 500
const windowDays = 31
const historyDays = 1_094

const [transactions = 75_000, ofOneDay = 25_000] = process.argv.slice(2).map(Number).filter(Number.isFinite)
const resources = ['balance_transactions']

if (process.send) await serve()
else await measure()

/** The sandbox's process: says its address and the least requests, and at each message how many it has had. */
async function serve(): Promise<void> {
  const now = Math.floor(Date.now() / 1_000)
  const paypal = await createPayPalSandbox({
    transactions,
    day: { daysAgo: 400, transactions: ofOneDay },
    latencyMs,
    limits: 'none',
  })
  const perWindow = Array.from({ length: Math.ceil(historyDays / windowDays) }, () => 0)
  for (const { transaction_info: info } of paypal.expected('transactions')) {
    const { transaction_initiation_date: at } = info as { transaction_initiation_date: string }
    const window = Math.floor((now - Date.parse(at) / 1_000) / (windowDays * 86_400))
    if (window >= 0 && window < perWindow.length) perWindow[window] = (perWindow[window] ?? 0) + 1
  }
  const least = perWindow.reduce((sum, items) => sum + Math.max(1, Math.ceil(items / pageSize)), 0)
  process.send?.({ url: paypal.url, least })
  for (;;) {
    const [message] = await once(process, 'message')
    process.send?.({ requests: paypal.requests.filter(({ path }) => path === '/v1/reporting/transactions').length })
    if (message === 'end') break
  }
  process.disconnect()
  await paypal.close()
}

async function measure(): Promise<void> {
  const server = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), String(transactions), String(ofOneDay)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const [{ url, least }] = await once(server, 'message')
  const env = await openScaleEnv()
  const worker = await openWorkerFor(env.url, url, '', {
    PayPal__ApiBase: url,
    PayPal__RequestsPerSecond: '1000',
    PayPal__Environment: 'sandbox',
  })
  const tenantId = randomUUID()
  let before = 0
  for (const syncType of ['full', 'incremental']) {
    const request = {
      jobId: randomUUID(),
      tenantId,
      providerName: 'paypal',
      accessToken: `${sandboxApp.id}:${sandboxApp.secret}`,
      additionalData: { sync_type: syncType, resources },
    }
    const began = performance.now()
    await worker.handle(eventOf(request), contextOf())
    const seconds = (performance.now() - began) / 1_000
    const [job] = await env.query(
      `select status, fetched, result -> 'resources' -> 'balance_transactions' -> 'proof' ->> 'equal' as equal
        from sync_jobs order by created_at desc limit 1`,
    )
    server.send(syncType === 'full' ? 'count' : 'end')
    const [{ requests }] = await once(server, 'message')
    const made = requests - before
    before = requests
    const times = syncType === 'full' ? { least, timesTheLeast: (made / least).toFixed(3) } : {}
    console.log(JSON.stringify({ syncType, ...job, requests: made, ...times, seconds: Math.round(seconds * 10) / 10 }))
  }
  await worker.close()
  await env.close()
  server.kill()
}
