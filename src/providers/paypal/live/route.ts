import type { LiveEvents } from '../../../provider/live.ts'

/** `paypal/k7Qw`: an event of PayPal does not name its account, so each account has an endpoint of its own. */
export const route: LiveEvents['route'] = (_, { from }) => `paypal/${from}`
