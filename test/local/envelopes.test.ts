import { expect, test } from 'vitest'
import { rawOf } from '../../src/json/item.ts'
import { unwrap } from '../../src/live/envelopes.ts'
import { type Envelope, enclose, envelopes } from '../../src/local/envelopes.ts'
import { liveFacts } from '../../src/local/live-account.ts'
import { providerLiveEvents } from '../../src/providers/live.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'

const event = {
  id: 'evt_1',
  type: 'orders/updated',
  body: '{"id":820982911946154508,"livemode":true}',
  headers: { 'X-Shopify-Topic': 'orders/updated', 'X-Shopify-Shop-Domain': 'sandbox.myshopify.com' },
}
const signed = { ...event.headers, 'X-Signature': 's' }

const cases = Object.entries(liveFacts).flatMap(([provider, facts]) =>
  facts.envelopes.flatMap((envelope) => (envelope === 'receiver' ? [] : [[provider, envelope] as const])),
)

test.each(cases)('the worker finds the event of %s in the envelope %s, byte for byte', async (provider, envelope) => {
  const { body, attributes = {} } = enclose(envelope, provider, { event, signed })
  const incoming = unwrap({ body, attributes })
  expect(incoming).toMatchObject({ provider, kind: envelope === 'webhook' ? 'signed' : 'trusted' })
  if (incoming.kind === 'unreadable') return
  expect(rawOf(incoming.event)?.bytes.toString()).toBe(event.body)
  const route = (await providerLiveEvents(provider))?.route(incoming.event, incoming.arrived)
  expect(route).not.toBe('')
})

test('every envelope is some provider’s', () => {
  const used = new Set<Envelope>(Object.values(liveFacts).flatMap((facts) => facts.envelopes))
  expect([...used].toSorted()).toEqual([...envelopes].toSorted())
})

test('the sandbox tells of each change in live mode, in text that every queue takes', async () => {
  const sandbox = await openSandbox({ customers: 3, olderEvents: 0 })
  try {
    const heard: { type: string; body: string }[] = []
    const forget = sandbox.onEvent((event) => void heard.push(event))
    const { id } = sandbox.insert('customers', { name: '🌱 \uffff' })
    sandbox.update('customers', id, { name: 'Ada' })
    forget()
    sandbox.remove('customers', id)
    expect(heard.map(({ type }) => type)).toEqual(['customer.created', 'customer.updated'])
    expect(heard[0]?.body).toContain('"name":"\\ud83c\\udf31 \\uffff"')
    expect(JSON.parse(heard[0]?.body ?? '')).toMatchObject({
      livemode: true,
      data: { object: { id, name: '🌱 \uffff', livemode: true } },
    })
  } finally {
    await sandbox.close()
  }
})

test('the steps of a sandbox happen now', async () => {
  const sandbox = await openSandbox({ customers: 20, now: 1_795_873_389 })
  try {
    const step = sandbox.steps()
    const steps = Array.from({ length: 20 }, () => step()).filter((change) => change !== undefined)
    expect(new Set(steps.map(({ at }) => at))).toEqual(new Set([1_795_873_389]))
    expect(steps.length).toBeGreaterThan(10)
  } finally {
    await sandbox.close()
  }
})
