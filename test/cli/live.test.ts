import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findServer } from '../../src/local/postgres-server.ts'
import { emptyDirectory, run, start, startOnTerminal } from './program.ts'

/* `npm start -- --live`: a sandbox that changes, its events, and the rows that they change. */

const serverOf = (cwd: string) => findServer(join(cwd, '.data/pg'))
const small = ['start', '--live', '--customers', '40', '--latency', '0']

const ways: Readonly<Record<string, string>> = {
  stripe: 'EventBridge, webhook → HTTP API, webhook → receiver, Event Grid, EventBridge → SNS',
  square: 'webhook → receiver, webhook → HTTP API',
  paypal: 'webhook → receiver, webhook → HTTP API',
  shopify: 'EventBridge, webhook → receiver, webhook → HTTP API, EventBridge → SNS',
}

test.each(Object.entries(ways))(
  'the rows of %s follow its events in every envelope, and the copy equals the account in the end',
  async (provider, way) => {
    const args = ['--provider', provider, '--envelope', 'all', '--seconds', '5', '--rate', '3']
    const { code, stdout, stderr } = await run([...small, ...args], { cwd: emptyDirectory() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`\n  way       ${way} → events queue → worker → Postgres\n`)
    const [, sent, committed] =
      /\n {2}events {4}(\d+) sent, (\d+) committed, 0 refused, 0 on their way\n/.exec(stdout) ?? []
    // They take turns, so that each envelope had some.
    expect(Number(sent)).toBeGreaterThanOrEqual(way.split(', ').length)
    expect(committed).toBe(sent)
    expect(stdout).toMatch(/\n {2}\d\d:\d\d:\d\d {2}\w+ +\S+ +(written|deleted) +\d+\.\d+ s {2}\S+/)
    expect(stdout).toMatch(/\n {2}after {5}p50 \d+\.\d+ s, p99 \d+\.\d+ s, slowest \d+\.\d+ s\n/)
    expect(stdout).toMatch(/\n +the copy equals the account: \d+ tables, [\d,]+ rows\n/)
  },
)

test('Ctrl-C ends it with 0 in good order, and a second start finds the account as it was', async () => {
  const cwd = emptyDirectory()
  for (const _ of [1, 2]) {
    const { child, seen, ended } = start(small, { cwd })
    await seen(/ written /)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect(code).toBe(0)
    expect(stderr).toBe('\n  no more changes; the last events are applied and compared; Ctrl-C again stops at once\n')
    expect(stdout).toMatch(/\n {2}events {4}(\d+) sent, \1 committed, 0 refused, 0 on their way\n/)
    expect(stdout).toMatch(/\n +the copy equals the account: /)
    expect(serverOf(cwd)).toBeUndefined()
  }
})

test('a row that is not as the account has it ends it with 1, and is named', async () => {
  const cwd = emptyDirectory()
  const { child, seen, ended } = start(small, { cwd })
  await seen(/ written /)
  const gone = `delete from customers where id = (select min(id) from customers where deleted_at is null) returning id`
  const { stdout: removed } = await run(['query', '--write', gone], { cwd })
  const [id = ''] = /cus_\w+/.exec(removed) ?? []
  child.kill('SIGINT')
  const { code, stdout } = await ended
  expect(code).toBe(1)
  expect(stdout).toContain('the copy differs from the account: ')
  expect(stdout).toContain(`customers: 1 missing, 0 changed, 0 extra, 0 not asked for  ${id}\n`)
})

test('on a terminal the state is one line below the rows, with the page', async () => {
  const { seen, child } = startOnTerminal(small, 24, { cwd: emptyDirectory() })
  await seen(/\[0J {2}\d\d:\d\d:\d\d [^\n]*\r\n {2}0:\d\d {2}\d+ changes {2}\d+ events /)
  child.kill('SIGKILL')
})

test('a real account is not changed', async () => {
  const { code, stderr } = await run(small, {
    cwd: emptyDirectory(),
    env: { Stripe__ApiKey: 'sk_test_x', Stripe__ApiBase: 'http://127.0.0.1:1' },
  })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'start: --live changes a sandbox, and credentials of stripe are configured. Leave them out.\n',
  })
})
