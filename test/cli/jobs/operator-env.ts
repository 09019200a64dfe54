import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { plantJob } from '../../operations/plant-job.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'
import { run, start } from '../program.ts'

/** A database with the program of an operator, as each login that may use it. */
export async function openOperator() {
  const { url, query, reader: everyTenant } = await openTestDatabase()
  const reader = `reader_${randomUUID().slice(0, 8)}`
  await query(`create role ${reader} login in role billing_sync_reader`)
  onTestFinished(async () => void (await query(`drop role ${reader}`)))
  const readerUrl = new URL(url)
  readerUrl.username = reader
  const urls = { superuser: url, reader: readerUrl.href, worker: asWorker(url) } as const
  const environment = (login: keyof typeof urls, more: Readonly<Record<string, string>> = {}) => ({
    ConnectionStrings__DefaultConnection: `${urls[login]}?sslmode=disable`,
    ...more,
  })
  return {
    url,
    query,
    /** The rows of all tenants. */
    reader: everyTenant,
    environment,
    as: (login: keyof typeof urls, args: readonly string[], more?: Readonly<Record<string, string>>) =>
      run(args, { env: environment(login, more) }),
    startAs: (login: keyof typeof urls, args: readonly string[], more?: Readonly<Record<string, string>>) =>
      start(args, { env: environment(login, more) }),
    job: (columns?: Readonly<Record<string, unknown>>) => plantJob(query, columns),
  }
}
