import { describe, expect, it } from 'vitest'
import { resourceNames, type Sandbox } from '../../src/sandbox/stripe/index.ts'
import { steps } from '../../src/sandbox/stripe/simulate/steps.ts'
import { now, readAll, sdk, setup } from './support.ts'

const day = 86_400
const everything = (sandbox: Sandbox) => resourceNames.map((name) => sandbox.truth(name))

describe('a simulated month', () => {
  it('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = await Promise.all(
      [3, 3, 4].map(async (seed) => {
        const sandbox = await setup()
        const done = sandbox.simulate(30, { seed, perDay: 5 })
        return { done, all: everything(sandbox) }
      }),
    )
    expect(same).toEqual(one)
    expect(other!.done).not.toEqual(one!.done)
  })

  it('moves the clock and does every kind of thing', async () => {
    const sandbox = await setup({ customers: 200 })
    const done = sandbox.simulate(30, { perDay: 10 })
    expect(sandbox.now()).toBe(now + 30 * day)
    expect(new Set(done.map(({ step }) => step))).toEqual(new Set(steps.map(([step]) => step)))
    for (const { at } of done) expect(at).toBeGreaterThanOrEqual(now)
  })

  it('changes objects twice in a second', async () => {
    const sandbox = await setup({ customers: 200 })
    sandbox.simulate(10, { perDay: 20 })
    const updates = sandbox.truth('events').filter(({ type }) => type === 'customer.updated')
    const keys = updates.map(({ created, data }) => `${created} ${(data as { object: { id: string } }).object.id}`)
    expect(new Set(keys).size).toBeLessThan(keys.length)
  })

  it('can have a gap longer than events are kept', async () => {
    const sandbox = await setup()
    const done = sandbox.simulate(4, { perDay: 10, gapAfterDay: 1 })
    expect(sandbox.now()).toBe(now + 35 * day)
    const gap = done.slice(1).map(({ at }, index) => at - done[index]!.at)
    expect(Math.max(...gap)).toBeGreaterThanOrEqual(31 * day)
    const oldest = Math.min(...sandbox.truth('events').map(({ created }) => Number(created)))
    expect(oldest).toBeGreaterThanOrEqual(sandbox.now() - 30 * day)
  })

  // Of invoice payments there is only `invoice_payment.paid`: an open one is as silent as a balance transaction.
  it('is announced: what the events say last is what is there', async () => {
    const sandbox = await setup({ customers: 150, olderEvents: 0 })
    const unannounced = new Set(['balance_transaction', 'event', 'plan'])
    const announced = () =>
      everything(sandbox)
        .flat()
        .filter(({ object }) => !unannounced.has(object))
        .filter(({ object, status }) => object !== 'invoice_payment' || status === 'paid')
    const before = new Map(announced().map((object) => [object.id, object]))
    sandbox.simulate(29, { perDay: 15, seed: 7 })
    const told = new Map<string, Set<string>>()
    for (const event of await readAll(sdk(sandbox).events.list({ limit: 100 }))) {
      const { object } = event.data as { object: { id: string } }
      told.set(object.id, (told.get(object.id) ?? new Set()).add(JSON.stringify(object)))
    }
    const after = announced()
    for (const object of after) {
      const [was, is] = [JSON.stringify(before.get(object.id)), JSON.stringify(object)]
      if (was !== is) expect([object.id, told.get(object.id)?.has(is)]).toEqual([object.id, true])
    }
    const present = new Set(after.map(({ id }) => id))
    for (const { id } of before.values()) if (!present.has(id)) expect(told.has(id)).toBe(true)
  })
})
