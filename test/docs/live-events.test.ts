import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { providerLiveEvents } from '../../src/providers/live.ts'
import { apiVersion as squareVersion } from '../../src/providers/square/connection.ts'
import { apiVersion } from '../../src/providers/stripe/connection.ts'
import { openOperator } from '../cli/jobs/operator-env.ts'
import { openTestDatabase } from '../support/database.ts'

/*
 * The commands and the statement of docs/live-events.md.
 */

const text = readFileSync('docs/live-events.md', 'utf8')
const tenant = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const receiver = 'https://abc.lambda-url.eu-central-1.on.aws/'
const variables: Readonly<Record<string, string>> = { TENANT: tenant, NAME: '00ff', RECEIVER: receiver }

/** The words of each `npx billing-sync routes add`, as a shell would split them. */
const commands = [...text.matchAll(/^ *npx billing-sync (routes add (?:.*\\\n)*.*)$/gm)].map(([, command = '']) => {
  const filled = command
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/\$\{?([A-Z]+)\}?/g, (_, name: string) => variables[name] ?? `no variable ${name}`)
  return [...filled.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain)
})

const arrived = (via: 'eventbridge' | 'webhook', from: string, headers: Readonly<Record<string, string>> = {}) => ({
  via,
  from,
  headers,
})

/** An event of each way of *Set up a provider*, and whose it is. */
const events = [
  ['stripe', { livemode: true }, arrived('eventbridge', 'ed_61ABC'), 'acct_1ABC'],
  ['stripe', { livemode: true, account: 'acct_1DEF' }, arrived('eventbridge', 'ed_61ABC'), 'acct_1DEF'],
  ['stripe', { livemode: true }, arrived('webhook', '00ff'), 'acct_1ABC'],
  [
    'shopify',
    {},
    arrived('eventbridge', 'APP/SOURCE', { 'x-shopify-shop-domain': 'example.myshopify.com' }),
    '548380009',
  ],
  ['paypal', {}, arrived('webhook', '00ff'), 'HBL4WQKXRNMUY'],
  ['square', { merchant_id: 'MLX' }, arrived('webhook', '00ff'), 'MLX'],
] as const

test('the routes that the page adds lead the events of each way to their account', async () => {
  const { as, query } = await openOperator()
  expect(commands.length).toBeGreaterThan(6)
  for (const command of commands)
    expect(await as('superuser', command), command.join(' ')).toMatchObject({ code: 0, stderr: '' })
  for (const [provider, event, origin, account] of events) {
    const live = await providerLiveEvents(provider)
    const route = live?.route(Item.of(event), origin)
    expect(
      await query('select account, tenant_id from event_routes where provider = $1 and route = $2', [provider, route]),
      `${provider} ${route}`,
    ).toEqual([{ account, tenant_id: tenant }])
  }
  // What a receiver needs to check a webhook of the provider.
  const signed = await query(`select provider, signed_for from event_routes where signed_for is not null order by 1`)
  expect(signed).toEqual([
    { provider: 'paypal', signed_for: '5GP028458E2496506' },
    { provider: 'square', signed_for: `${receiver}events/square/00ff` },
  ])
  const secrets = await query(`select unnest(webhook_secrets) as secret from sync_accounts`)
  // The receiver may read signing secrets below this name alone: infra/live-events/receiver.yml.
  const folder = `ssm:/billing-sync/prod/tenants/${tenant}/webhooks/`
  expect(secrets.length).toBeGreaterThan(1)
  expect(secrets.filter(({ secret }) => !String(secret).startsWith(folder))).toEqual([])
})

test('the page names the versions that the worker reads', () => {
  expect(text).toContain(`API version \`${squareVersion}\``)
  const named = [...text.matchAll(/`(\d{4}-\d{2}-\d{2}\.\w+)`/g)].map(([, version]) => version)
  expect(named.length).toBeGreaterThan(1)
  expect(new Set(named)).toEqual(new Set([apiVersion]))
})

test('the statement that shows whether events arrive is understood by the database', async () => {
  const [, statement = ''] = /```sql\n([\s\S]*?)```/.exec(text) ?? []
  const { query } = await openTestDatabase()
  expect(await query(statement)).toEqual([])
})
