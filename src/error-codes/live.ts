import type { Explanation } from './explanation.ts'

/** Codes of live events. */
export const liveCodes = {
  event_unreadable: {
    happened:
      'A message of the events queue is not an event in an envelope that the worker knows, or is larger than it reads. The dead letter has the reason and not the payload.',
    do: 'Look at what sends to the events queue. [Live events](live-events.md) lists the envelopes.',
    retried: 'dead letter',
  },
  unknown_route: {
    happened:
      'An event belongs to no account that the worker knows. The worker waited 15 minutes for a route. The dead letter has the route and not the payload.',
    do: 'Add the route: `billing-sync routes add`. Then send an incremental job, which reads the change.',
    retried: 'dead letter',
  },
  forged: {
    happened:
      'The signature of an event does not fit its body and the secrets of its account, or it has none. The dead letter does not have the payload.',
    do: 'Compare the signing secret at the provider with the references of the account. If they are equal, an attacker sends to the endpoint: give it a new name.',
    retried: 'dead letter',
  },
  event_too_old: {
    happened:
      'The provider signed an event long before it was sent. The signature fits, so an attacker may have sent an old event again.',
    do: 'Check the clock of what sends the event on. A resent event has a new signature, so nothing is lost.',
    retried: 'dead letter',
  },
  event_not_applied: {
    happened: 'An event could not be written, and another delivery of it would not change that.',
    do: 'Read the reason in the dead letter, and mend it. Then send an incremental job for the account.',
    retried: 'dead letter',
  },
} as const satisfies Readonly<Record<string, Explanation>>
