import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/square/index.ts'
import { createCheckedSquare } from '../specs/checked-sandbox.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'
import { findCopyDifferences } from './copy-differences.ts'
import { squareObjects } from './square-objects.ts'

export const token = 'EAAAEsandboxtoken0123456789'
export const tenantId = randomUUID()

/** A seller of Square's sandbox, a worker, and what differs between the two. */
export async function openSquare(options: SandboxOptions = {}) {
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 10_000
  const square = await createCheckedSquare({ payments: 1_200, limits: 'none', now, ...options })
  onTestFinished(() => square.close())
  const stack = await setup({
    sandbox: { customers: 1 },
    settings: { Square__ApiBase: square.url, Square__RequestsPerSecond: '1000', Square__Environment: 'sandbox' },
  })
  const run = (additionalData: object = {}) => send({ additionalData })
  const send = async (fields: object) => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: 'square', accessToken: token, additionalData: {}, ...fields })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      result: { resources: Record<string, { proof?: { equal: boolean }; skipped?: { code: string } }> }
    }
  }
  /** The rows that differ from what a complete copy holds, with their tables. */
  const differences = () => findCopyDifferences({ stack, tenantId, provider: 'square' }, squareObjects(square))
  /** What `verify` says of each resource. */
  const compared = (resources?: readonly string[]) =>
    compareAccount({
      ...{
        stack,
        tenantId,
        accessToken: token,
        account: `${square.merchant}:test`,
        provider: 'square',
        before: square.now() + 1,
      },
      ...(resources && { resources }),
    })
  /** The resources in which `verify` finds a difference, and those that it skips. */
  const verify = async () => differingIn(await compared())
  return { square, stack, run, send, differences, compared, verify }
}
