import { describe, expect, it } from 'vitest'
import { fromEnvironment, fromFile, problemsOf, schemaFields } from './settings.ts'

describe('a secret', () => {
  const canary = 'canary-5Fh2'
  const secrets = schemaFields.filter(({ secret }) => secret)

  it('is each field that opens a door', () => {
    expect(secrets.map(({ field }) => field)).toEqual([
      'ConnectionStrings.DefaultConnection',
      'Stripe.ApiKey',
      'Stripe.ConnectClientSecret',
      'Stripe.WebhookSecret',
      'Square.AccessToken',
      'Square.WebhookSecret',
      'Shopify.AccessToken',
      'Shopify.WebhookSecret',
      'PayPal.ClientSecret',
      'Queue.Url',
      'Queue.EventsUrl',
      'Page.Token',
      'Page.Connection',
    ])
  })

  const forms: readonly unknown[] = [[canary], { key: canary }, [[canary]], 55_502]
  it.each(secrets)('is never in a message: $field of another type', ({ field, section, name }) => {
    for (const value of forms) {
      const [problem, ...more] = problemsOf(() => fromFile({ [section]: { [name]: value } }))
      expect(more).toEqual([])
      expect(problem).toMatch(
        new RegExp(
          `^${field} must be (?:text|the address of a queue: .+), found (a list|an object|a number that is not shown) \\(`,
        ),
      )
    }
  })

  it('is in no message about other fields', () => {
    const environment = Object.fromEntries(secrets.map(({ field }) => [field.replace('.', '__'), canary]))
    const problems = problemsOf(() => fromEnvironment({ ...environment, Worker__BatchSize: '0' }))
    // The connection string and the addresses of the queues have shapes of their own.
    expect(problems).toHaveLength(4)
    expect(problems.join()).not.toContain(canary)
  })
})
