import { expect, test } from 'vitest'
import { checkWebhooks } from '../../../src/cli/doctor/webhooks.ts'
import { configOf } from './findings.ts'

const lines = (environment: Readonly<Record<string, string>>) =>
  [...checkWebhooks(configOf(environment))].map(({ about, status, message, do: action }) => {
    expect(about).toBe('events')
    return `${status}: ${message}${action === null ? '' : ` → ${action}`}`
  })

test('nothing is said where no webhook is received and no secret is configured', () => {
  expect(lines({})).toEqual([])
})

test('the receiver of a container needs a queue of live events', () => {
  expect(lines({ Receiver__Listen: '0.0.0.0:8090' })).toEqual([
    'fail: Receiver.Listen is set without Queue.EventsUrl, so that a container does not start → Set Queue.EventsUrl to the address of the queue of live events, or leave Receiver.Listen out.',
  ])
  const queue = { Queue__EventsUrl: 'redis://127.0.0.1:6379/billing-sync-events' }
  expect(lines({ Receiver__Listen: '0.0.0.0:8090', ...queue })).toEqual([
    'ok: a container receives webhooks at 0.0.0.0:8090',
  ])
})

test('a configured signing secret has the form of its provider, and is in no line', () => {
  const secret = `whsec_${'aB3'.repeat(12)}`
  expect(lines({ Stripe__WebhookSecret: secret })).toEqual(['ok: Stripe.WebhookSecret has a signing secret'])
  expect(lines({ Stripe__WebhookSecret: `${secret}, ${secret}x` })).toEqual([
    'ok: Stripe.WebhookSecret has 2 signing secrets',
  ])
  const key = `rk_live_${'aB3'.repeat(12)}`
  const [line, ...others] = lines({ Stripe__WebhookSecret: `${secret},${key}`, Square__WebhookSecret: 'x' })
  expect(line).toMatch(
    /^fail: 1 of 2 secrets in Stripe.WebhookSecret do not look like a signing secret, .* → Copy the signing secret from the endpoint at Stripe/,
  )
  expect(line).not.toContain('aB3')
  expect(others).toEqual([expect.stringMatching(/^fail: 1 of 1 secrets in Square.WebhookSecret do not look like/)])
})
