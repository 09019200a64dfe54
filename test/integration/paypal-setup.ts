import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Log } from '../../src/log/log.ts'
import { type SandboxOptions, sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { createCheckedPayPal } from '../specs/checked-sandbox.ts'
import type { Exemption } from '../support/faults.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'
import { findCopyDifferences } from './copy-differences.ts'
import { isShown, paypalObjects } from './paypal-objects.ts'

export const accessToken = JSON.stringify({ clientId: sandboxApp.id, clientSecret: sandboxApp.secret })

interface PayPalSetup extends SandboxOptions {
  readonly exempt?: Exemption
  readonly log?: Log
}

/** An account of PayPal's sandbox, a worker, and what differs between the two. */
export async function openPayPal({ exempt, log, ...options }: PayPalSetup = {}) {
  const tenantId = randomUUID()
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 14 * 3_600
  const paypal = await createCheckedPayPal({ transactions: 1_200, limits: 'none', now, ...options })
  onTestFinished(() => paypal.close())
  const stack = await setup({
    ...(exempt && { exempt }),
    ...(log && { log }),
    sandbox: { customers: 1 },
    settings: { PayPal__ApiBase: paypal.url, PayPal__RequestsPerSecond: '1000', PayPal__Environment: 'sandbox' },
  })
  const send = async (fields: object, deliver: (request: object) => Promise<unknown> = stack.deliver) => {
    const jobId = randomUUID()
    await deliver({ jobId, tenantId, providerName: 'paypal', accessToken, additionalData: {}, ...fields })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      requests: number
      result: { note?: string; resources: Record<string, { proof?: { equal: boolean }; skipped?: { code: string } }> }
    }
  }
  const run = (additionalData: object = {}) => send({ additionalData })
  /** Delivers the message of a job once, also where calls go wrong besides. */
  const tryOnce = () => send({}, (request) => stack.handle([JSON.stringify(request)]))
  /** The rows that differ from what a complete copy holds, with their tables. */
  const differences = async () => {
    const differing = await findCopyDifferences({ stack, tenantId, provider: 'paypal' }, paypalObjects(paypal))
    // Those of more than 180 days are there only if they have changed since.
    const old = new Set(paypal.expected('disputes').flatMap((dispute) => (isShown(dispute) ? [] : dispute.dispute_id)))
    return differing.filter((row) => !old.has(row.replace('disputes ', '')))
  }
  /** What `verify` says of each resource. */
  const compared = (resources?: readonly string[]) =>
    compareAccount({
      ...{
        stack,
        tenantId,
        accessToken,
        account: `${paypal.merchant}:test`,
        provider: 'paypal',
        before: paypal.now() + 1,
      },
      ...(resources && { resources }),
    })
  /** The resources in which `verify` finds a difference, and those that it skips. */
  const verify = async () => differingIn(await compared())
  return { paypal, stack, tenantId, run, tryOnce, send, differences, compared, verify }
}
