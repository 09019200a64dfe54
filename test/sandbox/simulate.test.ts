import { describe, expect, it } from 'vitest'
import { resourceNames, type Sandbox } from '../../src/sandbox/stripe/index.ts'
import { steps } from '../../src/sandbox/stripe/simulate/steps.ts'
import { now, readAll, sdk, setup } from './support.ts'

const day = 86_400
const everything = (sandbox: Sandbox) => resourceNames.map((name) => sandbox.expected(name))

describe('a simulated month', () => {
  it('is the same for the same seed and differs for another seed', async () => {
    const [first, same, other] = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const sandbox = await setup({ customers: 60 })
        const changes = sandbox.simulate(30, { seed, perDay: 5 })
        return { changes, all: everything(sandbox) }
      }),
    )
    expect(same).toEqual(first)
    expect(other!.changes).not.toEqual(first!.changes)
  })

  it('moves the clock and takes every kind of step', async () => {
    const sandbox = await setup({ customers: 200 })
    const changes = sandbox.simulate(30, { perDay: 10 })
    expect(sandbox.now()).toBe(now + 30 * day)
    expect(new Set(changes.map(({ step }) => step))).toEqual(new Set(steps.map(([step]) => step)))
    for (const { at } of changes) expect(at).toBeGreaterThanOrEqual(now)
  })

  it('changes some objects twice within a second', async () => {
    const sandbox = await setup({ customers: 200 })
    sandbox.simulate(10, { perDay: 20 })
    const updates = sandbox.expected('events').filter(({ type }) => type === 'customer.updated')
    const keys = updates.map(({ created, data }) => `${created} ${(data as { object: { id: string } }).object.id}`)
    expect(new Set(keys).size).toBeLessThan(keys.length)
  })

  it('can have a gap that is longer than Stripe keeps events', async () => {
    const sandbox = await setup({ customers: 60 })
    const changes = sandbox.simulate(4, { perDay: 10, gapAfterDay: 1 })
    expect(sandbox.now()).toBe(now + 35 * day)
    const gap = changes.slice(1).map(({ at }, index) => at - changes[index]!.at)
    expect(Math.max(...gap)).toBeGreaterThanOrEqual(31 * day)
    const oldest = Math.min(...sandbox.expected('events').map(({ created }) => Number(created)))
    expect(oldest).toBeGreaterThanOrEqual(sandbox.now() - 30 * day)
  })

  // The only event of invoice payments is `invoice_payment.paid`, so that an open one makes no event.
  it('is complete in the events: the last event of an object holds its current state', async () => {
    const sandbox = await setup({ customers: 150, olderEvents: 0 })
    const withoutEvents = new Set(['balance_transaction', 'event', 'plan'])
    const objectsWithEvents = () =>
      everything(sandbox)
        .flat()
        .filter(({ object }) => !withoutEvents.has(object))
        .filter(({ object, status }) => object !== 'invoice_payment' || status === 'paid')
    const before = new Map(objectsWithEvents().map((object) => [object.id, object]))
    sandbox.simulate(29, { perDay: 15, seed: 7 })
    const statesInEvents = new Map<string, Set<string>>()
    for (const event of await readAll(sdk(sandbox).events.list({ limit: 100 }))) {
      const { object } = event.data as { object: { id: string } }
      statesInEvents.set(object.id, (statesInEvents.get(object.id) ?? new Set()).add(JSON.stringify(object)))
    }
    const after = objectsWithEvents()
    for (const object of after) {
      const [was, is] = [JSON.stringify(before.get(object.id)), JSON.stringify(object)]
      if (was !== is) expect([object.id, statesInEvents.get(object.id)?.has(is)]).toEqual([object.id, true])
    }
    const present = new Set(after.map(({ id }) => id))
    for (const { id } of before.values()) if (!present.has(id)) expect(statesInEvents.has(id)).toBe(true)
  })
})
