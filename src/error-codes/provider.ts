import type { Explanation } from './explanation.ts'

/** Codes of reading from a provider. */
export const providerCodes = {
  permission_denied: {
    happened:
      'The key may not read this resource or object (403). The message has the sentence of the provider and the name of the permission.',
    do: 'Give the key the permission, or leave the resource out. See the keys of [Stripe](operations.md#restricted-stripe-keys), [Square](operations.md#square-tokens), [PayPal](operations.md#paypal-clients) and [Shopify](operations.md#shopify-tokens).',
    retried: 'next job',
  },
  not_available: {
    happened:
      'The account is not set up for this product. Stripe refuses the list with a 400 that has no code; a shop has no account with Shopify Payments. The message has the sentence of the provider.',
    do: 'Follow the sentence of the provider, or leave the resource out.',
    retried: 'next job',
  },
  not_found: {
    happened: 'The provider does not know the list or the object that was requested.',
    do: 'Nothing, or leave the resource out.',
    retried: 'next job',
  },
  rate_limited: {
    happened: 'The provider answered 429 for longer than the worker waits inside a delivery.',
    do: 'Nothing at first. If it goes on, lower `RequestsPerSecond` of the provider, or look for other programs that use the account.',
    retried: 'outage',
  },
  provider_busy: {
    happened: 'The provider asked to try again, for example because an object is locked.',
    do: 'Nothing.',
    retried: 'outage',
  },
  provider_unavailable: {
    happened:
      "The provider failed with a 5xx status, with 408, or with an answer that has none. Square's codes of a fault of its own count with any status.",
    do: "Nothing at first. If it goes on, look at the provider's status page.",
    retried: 'outage',
  },
  provider_unreachable: {
    happened: 'The connection to the provider failed or ended before the answer was complete.',
    do: 'If it goes on, check the network of the function: in a VPC it needs a NAT gateway.',
    retried: 'outage',
  },
  provider_response: {
    happened: 'The answer of the provider is not the expected JSON.',
    do: 'If it goes on, check the address of the provider, such as `Stripe.ApiBase`, and any proxy on the way.',
    retried: 'yes',
  },
  provider_refused: {
    happened:
      'The provider refused the request (4xx). The message has the status, the code and the sentence of the provider.',
    do: 'Look the code up in the documentation of the provider. Leave the resource out if the account is not set up for it; otherwise report a bug.',
    retried: 'next job',
  },
  provider_clock: {
    happened:
      "The answer of the provider is dated minutes ahead of the database's clock, or minutes before the answers of an earlier job. The worker stored nothing of it.",
    do: 'Set the clock of the database server, or of the proxy between. Then the job goes on. A proxy may also repeat old answers.',
    retried: 'outage',
  },
  provider_contract: {
    happened:
      'The provider broke a rule that reading depends on. For example, a list says that it has more items but repeats a page.',
    do: 'Report a bug with the message of the error.',
    retried: 'no',
  },
  answer_too_large: {
    happened:
      'An answer is larger than the worker reads. The worker asked for smaller pages, and one item is still too large.',
    do: 'Report a bug with the resource.',
    retried: 'yes',
  },
  window_too_large: {
    happened:
      'The provider gives only so many items of a window of time, and one second has more of them. The worker has read ever smaller windows.',
    do: 'Leave the resource out of `additionalData.resources`.',
    retried: 'no',
  },
  list_changed: {
    happened:
      'A list whose pages have numbers changed each time that it was read. Its pages may lack items, so the worker does not use them.',
    do: 'Nothing at first. If it goes on, run the job at a time with fewer changes.',
    retried: 'yes',
  },
  cursor_gone: {
    happened: 'The object after which a page should begin was deleted. The worker reads that part again.',
    do: 'Nothing.',
    retried: 'yes',
  },
  host_refused: {
    happened: 'The host of the provider leads to an address that is not public. The worker made no connection.',
    do: 'Check the address of the provider, such as `Stripe.ApiBase`, and the name server.',
    retried: 'yes',
  },
} as const satisfies Readonly<Record<string, Explanation>>
