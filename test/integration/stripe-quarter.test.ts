import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { discountsOf } from '../../src/sandbox/stripe/index.ts'
import { isInline, nestedTables, optionTables, tables } from '../faults/tables.ts'
import { forEachSeedAsync } from '../support/random.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'
import { type ExpectedObject, findCopyDifferences } from './copy-differences.ts'

/*
 * A quarter of an account's changes: new, changed, deleted and late objects. Cursors end, requests are
 * refused for the rate, and the key is revoked in the middle of each incremental job. One follows every ten days.
 */

const seeds = Number(process.env.SEEDS ?? 1)
const days = 90
const between = 10
const accessToken = 'sk_live_sandbox'

type Stripe = Awaited<ReturnType<typeof setup>>['sandbox']

/** What a complete copy of the account holds now. */
function* stripeObjects(sandbox: Stripe): Generator<ExpectedObject> {
  for (const [table, name] of Object.entries(tables))
    for (const raw of sandbox.expected(name, true)) yield { table, key: raw.id, raw }
  for (const [table, { parent, more }] of Object.entries(optionTables))
    for (const raw of sandbox.expected(parent, true))
      if (!isInline(raw)) yield { table, key: raw.id, raw: { ...raw, ...more } }
  for (const subscription of sandbox.expected('subscriptions', true))
    for (const raw of discountsOf(subscription)) yield { table: 'discounts', key: raw.id, raw }
  for (const [table, { name }] of Object.entries(nestedTables))
    for (const { row } of sandbox.expectedNested(name, true)) yield { table, key: row.id, raw: row }
}

async function open(seed: number) {
  const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
  const stack = await setup({ sandbox: { customers: 40, seed: seed + 1, now } })
  const tenantId = randomUUID()
  const copy = { stack, tenantId, provider: 'stripe' }
  const run = async (additionalData: object = {}) => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: 'stripe', accessToken, additionalData })
    return await stack.job(jobId)
  }
  const verify = async () => {
    const before = stack.sandbox.now() + 1
    return differingIn(await compareAccount({ ...copy, accessToken, account: 'acct_sandbox', before }))
  }
  return {
    stripe: stack.sandbox,
    run,
    verify,
    differences: () => findCopyDifferences(copy, stripeObjects(stack.sandbox)),
  }
}

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const { stripe, run, verify, differences } = await open(seed)
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      for (let day = 0; day < days; day += between) {
        // A list shows it with a creation time that the last job has passed.
        stripe.insert('customers', { name: `late ${day}` }, { at: stripe.now() - 300 })
        stripe.simulate(between, { seed: (seed + 1) * 100 + day, perDay: 6 })
        stripe.advance(60)
        const revoked = stripe.fail({ kind: 'key-revoked', after: 2 + day / between })
        expect(await run({ sync_type: 'incremental' })).toMatchObject({
          status: 'failed',
          error: { code: 'key_not_accepted' },
        })
        revoked()
        const failures = [
          stripe.fail({ kind: 'rate-limited', reason: 'global-rate', after: 3, times: 2 }),
          stripe.fail({ kind: 'no-such-cursor', path: /starting_after=/, probability: 0.2 }),
        ]
        expect(await run({ sync_type: 'incremental' })).toMatchObject({
          status: 'completed',
          error: null,
          result: { syncType: 'incremental' },
        })
        for (const end of failures) end()
        expect(await differences()).toEqual([])
        expect(await verify()).toEqual([])
      }
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
    })
  },
  seeds * 300_000,
)
