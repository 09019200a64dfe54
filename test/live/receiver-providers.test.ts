import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openLiveParts } from '../../src/cli/live/parts.ts'
import { readConfig } from '../../src/config/load.ts'
import type { Settlement } from '../../src/live/settlement.ts'
import { openProvider } from '../../src/local/provider.ts'
import { silentLog } from '../../src/log/log.ts'
import type { Message } from '../../src/queue/message.ts'
import type { ProviderEvent } from '../../src/sandbox/server/announcements.ts'
import { setup } from '../support/setup.ts'

/* Webhooks over HTTP, signed as each provider signs, through the receiver, its queue and the worker to a row. */

const signatures: Readonly<
  Record<string, { readonly header: string; readonly account: string; readonly event: RegExp }>
> = {
  stripe: { header: 'Stripe-Signature', account: 'acct_sandbox', event: /^customer\.updated$/ },
  square: { header: 'x-square-hmacsha256-signature', account: 'MLSANDBOX00001', event: /^customer\.updated$/ },
  paypal: { header: 'PAYPAL-TRANSMISSION-SIG', account: 'SANDB2XMERCH2', event: /^INVOICING\.INVOICE\.\w+$/ },
  shopify: { header: 'X-Shopify-Hmac-Sha256', account: 'sandbox.myshopify.com', event: /^orders\/updated$/ },
}

async function openReceiver(name: string, account: string) {
  const { environment, query } = await setup({ sandbox: { customers: 1 } })
  const tenant = randomUUID()
  const withoutKeys = Object.entries(environment).filter(([key]) => !key.startsWith('Stripe__'))
  const config = readConfig({ environment: Object.fromEntries(withoutKeys), file: undefined })
  const size = { tenant, customers: 60, latency: 0, density: 'growing', isLive: true } as const
  const provider = await openProvider(name, config, size)
  const { live } = provider
  if (!live) throw new Error(`${name} has no live account`)
  await query('insert into sync_accounts (tenant_id, provider, account) values ($1, $2, $3)', [tenant, name, account])
  for (const route of live.routes)
    await query(
      `insert into event_routes (provider, route, tenant_id, account, signed_for) values ($1, $2, $3, $4, $5)`,
      [name, route, tenant, account, live.signedFor],
    )
  const settled: [Message, Settlement][] = []
  const parts = await openLiveParts(
    { ...config, ...provider.settings },
    { provider: name, live, log: silentLog, onSettled: (settlements) => void settled.push(...settlements) },
  )
  onTestFinished(async () => {
    await parts.close()
    await provider.close()
  })
  const post = async (event: ProviderEvent, headers: Readonly<Record<string, string>>, body = event.body) => {
    const answer = await fetch(parts.receiver, { method: 'POST', headers, body })
    await answer.text()
    return answer.status
  }
  return { query, tenant, live, settled, post }
}

test.each(Object.entries(signatures))(
  'a webhook of %s changes its row if its signature fits; otherwise it is answered with 401, and nothing is queued',
  async (name, { header, account, event: wanted }) => {
    const { query, tenant, live, settled, post } = await openReceiver(name, account)
    const heard: ProviderEvent[] = []
    live.onEvent((event) => void heard.push(event))
    const find = () => heard.find(({ type }) => wanted.test(type))
    for (let changes = 0; changes < 500 && !find(); changes++) live.change()
    const event = find()
    if (!event) throw new Error(`no event of ${name} is ${wanted}`)
    const signed = live.sign(event)
    const { [header]: signature = '', ...unsigned } = signed
    const half = Math.floor(signature.length / 2)
    const turned = signature[half] === 'A' ? 'B' : 'A'
    const wrong = { ...signed, [header]: signature.slice(0, half) + turned + signature.slice(half + 1) }
    expect(await post(event, wrong)).toBe(401)
    expect(await post(event, unsigned)).toBe(401)
    expect(await post(event, signed, event.body.replace('{', '{ '))).toBe(401)
    expect(await post(event, live.sign(event))).toBe(200)
    await vi.waitFor(() => expect(settled.some(([, { kind }]) => kind === 'acknowledge')).toBe(true), {
      timeout: 120_000,
    })
    // One message, however often it was delivered.
    expect(new Set(settled.map(([{ id }]) => id)).size).toBe(1)
    const counts = await query(
      `select sum(received)::int as received, sum(applied)::int > 0 as applied from sync_event_counts where tenant_id = $1 and account = $2`,
      [tenant, account],
    )
    expect(counts).toEqual([{ received: 1, applied: true }])
  },
)
