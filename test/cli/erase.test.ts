import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { mentions, prominentCustomer } from '../erasure/about-customer.ts'
import { openErasure } from '../erasure/erasure-setup.ts'

const run = promisify(execFile)
const program = [inject('program'), 'erase']
const tombstones = 'select 1 from erased_tenants union all select 1 from erased_ids'

function command(parts: Pick<Awaited<ReturnType<typeof openErasure>>, 'environment' | 'url'>) {
  // Erasing is the tables' owner's.
  const owner = { ConnectionStrings__DefaultConnection: `${parts.url}?sslmode=disable` }
  const env = { ...process.env, ...parts.environment, ...owner }
  return {
    erase: async (...args: string[]) => {
      try {
        return { code: 0, ...(await run(process.execPath, [...program, ...args], { env })) }
      } catch (error) {
        return error as { code: number; stdout: string; stderr: string }
      }
    },
    start: (...args: string[]) => spawn(process.execPath, [...program, ...args], { env, stdio: 'ignore' }),
  }
}

test('npm run erase says what would go, what went and what stays', async () => {
  const parts = await openErasure({ sandbox: { customers: 20 } })
  const { sandbox, query, sync, tenantId } = parts
  const { erase } = command(parts)
  const person = prominentCustomer(sandbox)
  await sync(undefined)
  const whose = ['--tenant', tenantId, '--customer', person.id]
  const dry = await erase(...whose, '--dry-run')
  expect(dry).toMatchObject({ code: 0, stderr: '' })
  const reach = /in metadata or in free text, such as a name in\s+a description, is not looked for and stays/
  expect(dry.stdout).toMatch(reach)
  expect(dry.stdout).toMatch(/would go[\s\S]*customers +1\n[\s\S]*Nothing was changed: of customer cus_\w+ of tenant/)
  expect(Object.keys(await mentions(query, person.needles)).length).toBeGreaterThan(3)
  const done = await erase(...whose)
  expect(done).toMatchObject({ code: 0, stderr: '' })
  expect(done.stdout).toMatch(reach)
  expect(done.stdout).toMatch(/customers +1\n[\s\S]*\d+ rows removed of customer cus_\w+ of tenant/)
  expect(await mentions(query, person.needles)).toEqual({})
  expect((await erase(...whose)).stdout).toContain('Nothing was found of customer')
  expect((await erase('--help')).stdout).toMatch(reach)
  const whole = await erase('--tenant', tenantId.toUpperCase())
  expect(whole).toMatchObject({ code: 0, stderr: '' })
  expect(whole.stdout).toContain('its later jobs fail with tenant_erased')
  expect(await query('select 1 from customers')).toEqual([])
})

test('a killed npm run erase is finished by the next', async () => {
  const parts = await openErasure({ sandbox: { customers: 60 } })
  const { sandbox, query, sync, tenantId } = parts
  const { erase, start } = command(parts)
  const person = prominentCustomer(sandbox)
  await sync(undefined)
  const child = start('--tenant', tenantId, '--customer', person.id)
  // Its first tombstone is there: it is at work.
  await expect.poll(() => query('select 1 from erased_ids limit 1'), { timeout: 120_000, interval: 1 }).toHaveLength(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await erase('--tenant', tenantId, '--customer', person.id)).toMatchObject({ code: 0 })
  expect(await mentions(query, person.needles)).toEqual({})
})

test('npm run erase refuses nonsense in words, and touches nothing', async () => {
  const parts = await openErasure({ sandbox: { customers: 1 } })
  const { erase } = command(parts)
  const whose = ['--tenant', parts.tenantId]
  for (const [args, says] of [
    [[...whose, '--customer', 'a@example.com'], '--customer takes an id'],
    [
      [...whose, '--customer', 'c', '--provider', 'x'],
      'provider: "x" is not known. Use a provider of this list: stripe',
    ],
  ] as const)
    expect(await erase(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) })
  expect(await parts.query(tombstones)).toEqual([])
})

test('a tenant that is not known may be a misspelt UUID: nothing is changed, unless --unknown says that it is right', async () => {
  const parts = await openErasure({ sandbox: { customers: 1 } })
  const { erase } = command(parts)
  const whose = ['--tenant', parts.tenantId]
  for (const more of [[], ['--customer', 'cus_1'], ['--dry-run']])
    expect(await erase(...whose, ...more)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `Tenant ${parts.tenantId} is not known in this database: it has no job and no rows. Nothing was changed. Check the UUID, or add --unknown if the tenant has not synced here yet.\n`,
    })
  expect(await parts.query(tombstones)).toEqual([])
  expect(await erase(...whose, '--unknown')).toMatchObject({ code: 0, stderr: '' })
  expect(await parts.query(tombstones)).toHaveLength(1)
  expect(await erase(...whose)).toMatchObject({ code: 0, stderr: '' })
})

test('a tenant whose old jobs were removed is known by its rows', async () => {
  const parts = await openErasure({ sandbox: { customers: 3 } })
  const { erase } = command(parts)
  await parts.sync(['customers'])
  await parts.query('delete from sync_jobs')
  expect(await erase('--tenant', parts.tenantId)).toMatchObject({ code: 0, stderr: '' })
  expect(await parts.query('select 1 from customers')).toEqual([])
})
