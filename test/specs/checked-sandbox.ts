import { createPayPalSandbox } from '../../src/sandbox/paypal/index.ts'
import type { RequestSeen } from '../../src/sandbox/server/traffic.ts'
import { createShopifySandbox } from '../../src/sandbox/shopify/index.ts'
import { createSquareSandbox } from '../../src/sandbox/square/index.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { checkRequests as checkPayPal } from './paypal.ts'
import { checkRequests as checkShopify } from './shopify.ts'
import { checkRequests as checkSquare } from './square.ts'
import { checkStripeRequest } from './stripe.ts'

/*
 * Sandboxes whose `close` fails if a request was not as the vendor's specification says, unknown fields included. Every test
 * in which the worker or a provider makes the requests opens one of these.
 */

export const createCheckedSquare = checked('square', createSquareSandbox, checkSquare)
export const createCheckedPayPal = checked('paypal', createPayPalSandbox, checkPayPal)
export const createCheckedShopify = checked('shopify', createShopifySandbox, checkShopify)
export const openCheckedStripe = checked('stripe', openSandbox, (requests) =>
  requests.flatMap(({ method, path, url }) =>
    checkStripeRequest(method, path, new URL(url, 'http://sandbox').searchParams),
  ),
)

interface Checkable {
  readonly requests: readonly RequestSeen[]
  close(): Promise<void>
}

function checked<Options, Sandbox extends Checkable>(
  vendor: string,
  open: (options?: Options) => Promise<Sandbox>,
  check: (requests: readonly RequestSeen[]) => readonly string[],
): (options?: Options) => Promise<Sandbox> {
  return async (options) => {
    const sandbox = await open(options)
    return {
      ...sandbox,
      async close() {
        await sandbox.close()
        const wrong = [...new Set(check(sandbox.requests))]
        if (wrong.length > 0)
          throw new Error(`${vendor}: requests are not as the specification says:\n${wrong.join('\n')}`)
      },
    }
  }
}
