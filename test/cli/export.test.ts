import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prominentCustomer } from '../erasure/about-customer.ts'
import { openErasure } from '../erasure/erasure-setup.ts'
import { emptyDirectory, run } from './program.ts'

interface Line {
  readonly table?: string
  readonly row?: Readonly<Record<string, unknown>>
  readonly export?: object
  readonly complete?: boolean
  readonly rows?: Readonly<Record<string, number>>
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))

/** An account with a customer, and the program with the worker's login, which may read. */
async function openExport() {
  const parts = await openErasure({ sandbox: { customers: 20 } })
  const person = prominentCustomer(parts.sandbox)
  await parts.sync(undefined)
  const whose = ['--tenant', parts.tenantId, '--customer', person.id]
  const env = parts.environment as Readonly<Record<string, string>>
  return { ...parts, person, whose, cli: (...args: string[]) => run(args, { env }) }
}

test('export writes each row that erase would remove, without secrets, and at the end how many', async () => {
  const { person, whose, cli, url, tenantId, query } = await openExport()
  const secrets = await query(`select 1 from payment_intents where customer_id = $1 and raw ? 'client_secret'`, [
    person.id,
  ])
  expect(secrets.length).toBeGreaterThan(0)
  const { code, stdout, stderr } = await cli('export', ...whose)
  const lines = linesOf(stdout)
  const last = lines.at(-1)
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `${lines.length - 2} rows are exported of customer ${person.id} of tenant ${tenantId}.\n`,
  })
  expect(lines[0]).toMatchObject({ export: { tenantId, provider: 'stripe', customer: person.id } })
  expect(last).toEqual({ complete: true, rows: expect.objectContaining({ customers: 1 }) })
  for (const [table, rows] of Object.entries(last?.rows ?? {}))
    expect([table, lines.filter((line) => line.table === table).length]).toEqual([table, rows])
  expect(stdout).toContain(person.name)
  expect(stdout).toContain('"client_secret": "[secret]"')
  expect(stdout).not.toMatch(/_secret_[A-Za-z0-9]{20}/)
  const env = { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` }
  const { stdout: dry } = await run(['erase', ...whose, '--dry-run'], { env })
  for (const [table, rows] of Object.entries(last?.rows ?? {}))
    if (!table.startsWith('mrr_')) expect(dry).toMatch(new RegExp(`^ +${table} +${rows}$`, 'm'))
})

test('a file has its name when it is complete, is its owner’s alone, and replaces none', async () => {
  const { whose, cli } = await openExport()
  const path = join(emptyDirectory(), 'person.jsonl')
  expect(await cli('export', ...whose, '--out', path)).toMatchObject({ code: 0, stdout: '' })
  expect(linesOf(readFileSync(path, 'utf8')).at(-1)).toMatchObject({ complete: true })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(existsSync(`${path}.part`)).toBe(false)
  writeFileSync(path, 'of before')
  expect(await cli('export', ...whose, '--out', path)).toEqual({
    code: 1,
    stdout: '',
    stderr: `The file ${path} exists. Name another one with --out.\n`,
  })
  expect(readFileSync(path, 'utf8')).toBe('of before')
  const nobody = await cli('export', ...whose.slice(0, 2), '--customer', 'cus_nobody')
  expect(nobody).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing is stored of customer cus_nobody') })
  expect(linesOf(nobody.stdout)).toEqual([expect.anything(), { complete: true, rows: {} }])
})
