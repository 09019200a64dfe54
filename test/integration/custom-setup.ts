import { randomUUID } from 'node:crypto'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { openProviders } from '../../src/providers/index.ts'
import { compare, isEqual } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import { setup } from '../support/setup.ts'

interface CustomOptions {
  readonly provider: string
  readonly accessToken: string
  /** Of the account in rows. */
  readonly account: string
  readonly settings: Readonly<Record<string, string>>
  now(): number
}

/** A worker with a custom provider, and what `verify` finds. */
export async function openCustomWorker({ provider: name, accessToken, account, settings, now }: CustomOptions) {
  const tenantId = randomUUID()
  const stack = await setup({ sandbox: { customers: 1 }, settings })
  const send = async (additionalData: object = {}, token = accessToken) => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: name, accessToken: token, additionalData })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      account: string
      result: {
        resources: Record<string, { fetched: number; deleted: number; skipped?: unknown; proof?: { equal: boolean } }>
      }
    }
  }
  /** The stored payloads of live rows, by id. */
  const stored = async (table: string, resource?: string) => {
    const rows = await stack.query<{ id: string; raw: unknown }>(
      `select id, raw from ${table} where tenant_id = $1 and provider = $2 and deleted_at is null
        ${resource ? `and resource = '${resource}'` : ''} order by id`,
      [tenantId, name],
    )
    return Object.fromEntries(rows.map(({ id, raw }) => [id, raw]))
  }
  /** The resources in which `verify` finds a difference. */
  const verify = async (resources?: readonly string[], token = accessToken) => {
    const config = readConfig({ environment: stack.environment, file: undefined })
    const provider = await (await openProviders(providerSettings(config)))(name)
    const login = parseConnectionString(`${stack.url}?sslmode=disable`)
    const database = await openDatabase(login, { connections: 2, applicationName: 'verify' })
    const connected = provider.connect({ tenantId, accessToken: token })
    try {
      const compared = await compare({
        db: database.tenant(tenantId),
        clock: systemClock,
        account: connected,
        owner: { tenantId, provider: name, account },
        ownership: ownershipOf(provider.resources),
        resources: resources ?? provider.resources.map((resource) => resource.name),
        before: now() + 1,
      })
      const comparisons = compared.filter((comparison) => comparison.kind === 'compared')
      return {
        compared: comparisons.map(({ resource }) => resource),
        differing: comparisons
          .filter((comparison) => !isEqual(comparison))
          .map(({ resource, missing, changed, extra, examples }) => ({ resource, missing, changed, extra, examples })),
      }
    } finally {
      connected.close()
      await database.close()
    }
  }
  return { ...stack, tenantId, send, stored, verify }
}

export const byId = (objects: readonly Readonly<Record<string, unknown>>[]) =>
  Object.fromEntries(objects.map((object) => [String(object.id), object]))
