import type { Config } from '../../config/load.ts'
import { configuredSecrets } from '../../event-origins.ts'
import { type Finding, findingsAbout } from './finding.ts'

const events = findingsAbout('events')

/** Providers with a signing secret for all accounts, and what theirs look like. Only Stripe documents a form. */
const secrets = [
  {
    name: 'stripe',
    setting: 'Stripe.WebhookSecret',
    form: /^whsec_[\w+/=-]{16,}$/,
    place: 'the endpoint at Stripe, whsec_…',
  },
  { name: 'square', setting: 'Square.WebhookSecret', form: /^\S{8,}$/, place: 'the webhook subscription at Square' },
  { name: 'shopify', setting: 'Shopify.WebhookSecret', form: /^\S{8,}$/, place: 'the client secret of the app' },
] as const

/** Whether webhooks can be received and authenticated with these settings. The values of secrets are in no finding. */
export function* checkWebhooks(config: Config): Generator<Finding> {
  const { Listen: listen } = config.Receiver
  if (listen !== undefined)
    yield config.Queue.EventsUrl === undefined
      ? events.fail(
          'Receiver.Listen is set without Queue.EventsUrl, so that a container does not start',
          'Set Queue.EventsUrl to the address of the queue of live events, or leave Receiver.Listen out.',
        )
      : events.ok(`a container receives webhooks at ${listen}`)
  const configured = configuredSecrets(config)
  for (const { name, setting, form, place } of secrets) {
    const given = configured(name)
    if (given.length === 0) continue
    const wrong = given.filter((secret) => !form.test(secret)).length
    yield wrong > 0
      ? events.fail(
          `${wrong} of ${given.length} secrets in ${setting} do not look like a signing secret, so that events are refused as forged`,
          `Copy the signing secret from ${place}. While it is replaced, put a comma between both.`,
        )
      : events.ok(`${setting} has ${given.length === 1 ? 'a signing secret' : `${given.length} signing secrets`}`)
  }
}
