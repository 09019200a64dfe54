import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { run } from './program.ts'

async function open() {
  const { url, query: sql } = await openTestDatabase()
  const env = { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` }
  return { sql, query: (...args: string[]) => run(['query', ...args], { env }) }
}

test('query runs one statement in a read-only transaction, and with --write in none', async () => {
  const { sql, query } = await open()
  await sql('create table notes as select 1 as n')
  expect(await query('select n, null as nothing from notes')).toEqual({
    code: 0,
    stdout: '  n  nothing\n  ─  ───────\n  1  ·\n(1 row)\n',
    stderr: '',
  })
  const refused = await query('delete from notes')
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'database: cannot execute DELETE in a read-only transaction (25006). Add --write to let the statement change data.\n',
  })
  expect(await query('with gone as (delete from notes returning n) select n from gone')).toMatchObject({ code: 1 })
  expect(await sql('select n from notes')).toEqual([{ n: 1 }])
  expect(await query('--write', 'delete from notes')).toEqual({ code: 0, stdout: '(1 row)\n', stderr: '' })
  expect(await sql('select n from notes')).toEqual([])
  expect(await query('--write', 'vacuum notes')).toMatchObject({ code: 0 })
})

test('query compiles no statement, because that takes longer than the revenue views do', async () => {
  const { query } = await open()
  expect((await query('show jit')).stdout).toContain('off')
  expect((await query('--write', 'show jit')).stdout).toContain('on')
})

test('query refuses two statements, none, and more arguments than one', async () => {
  const { sql, query } = await open()
  await sql('create table notes as select 1 as n')
  const two = await query('commit; delete from notes')
  expect(two).toMatchObject({ code: 1, stdout: '' })
  expect(two.stderr).toMatch(/\(42601\)\. One statement is run at a time\.\n$/)
  expect(await query('--write', 'select 1; delete from notes')).toMatchObject({ code: 1 })
  expect(await sql('select n from notes')).toEqual([{ n: 1 }])
  expect((await query('select', '1')).stderr).toContain(
    'one statement is one argument, not 2. Put it into quotes: "select 1".',
  )
  expect((await query()).stderr).toContain('the statement is missing')
  expect((await query('--json', '--vertical', 'select 1')).stderr).toContain(
    '--json and --vertical exclude each other.',
  )
  expect((await query('--stop')).stderr).toContain('--stop stops the embedded database, and another one is configured.')
})

test('an error is shown whole, other long values are cut, and --json and --vertical cut nothing', async () => {
  const { query } = await open()
  const sentence = `stripe: ${'the key may not read this resource, '.repeat(4)}END`
  const statement = `select '${'x'.repeat(60)}' as long, json_build_object('code', 'c', 'message', '${sentence}') as error`
  const [table, json, vertical] = await Promise.all([
    query(statement),
    query('--json', statement),
    query('--vertical', statement),
  ])
  expect(table.stdout).toContain('END"}')
  expect(table.stdout).toContain(`${'x'.repeat(43)}…`)
  expect(table.stdout).toContain('--vertical and --json show all of it')
  expect(JSON.parse(json.stdout)).toEqual({ long: 'x'.repeat(60), error: { code: 'c', message: sentence } })
  expect(vertical.stdout).toContain(`  long   ${'x'.repeat(60)}\n`)
})

test('query shows one tenant the rows of one, and says so', async () => {
  const { query } = await open()
  const wrong = await query('--tenant', 'mine', 'select 1')
  expect(wrong.stderr).toContain('--tenant takes a UUID, not "mine".')
  const tenant = '11111111-1111-4111-8111-11111111111A'
  const { stdout } = await query('--tenant', tenant, `select current_setting('app.tenant_id') as tenant`)
  expect(stdout).toContain(tenant.toLowerCase())
})
