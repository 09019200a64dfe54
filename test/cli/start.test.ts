import { expect, test } from 'vitest'
import { setup } from '../support/setup.ts'
import { type Ended, renderTerminal, run, startOnTerminal } from './program.ts'

/** A database and a Stripe of the test's own, which the program is configured with. */
async function open(customers = 300) {
  const { environment, sandbox, query } = await setup({ sandbox: { customers } })
  return { sandbox, query, env: environment }
}

const requestsIn = ({ stdout }: Ended) => Number(/^ {2}requests +(\d+)$/m.exec(stdout)?.[1])

test('--resources nonsense is one sentence with the nearest name, before anything starts', async () => {
  for (const command of ['start', 'verify']) {
    expect(await run([command, '--resources', 'custmers'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `${command}: The resource "custmers" is not known; did you mean customers? See: billing-sync ${command} --help\n`,
    })
  }
})

test('start syncs, verify compares what was synced, and an incremental start costs a handful of requests', async () => {
  const { env } = await open()
  const first = await run(['start'], { env })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('customers, the newest ten')
  const compared = await run(['verify'], { env })
  expect(compared).toMatchObject({ code: 0, stderr: '' })
  expect(compared.stdout).toMatch(/\n {2}customers +300 +300 +0 +0 +0 +yes +·\n$/)
  expect(await run(['start', '--resources', 'default'], { env })).toMatchObject({ code: 0, stderr: '' })
  const incremental = await run(['start', '--resources', 'default', '--incremental'], { env })
  expect(incremental).toMatchObject({ code: 0, stderr: '' })
  expect(requestsIn(incremental)).toBeLessThan(14)
}, 900_000)

test('verify ends with code 1 where content differs, and names the job that repairs it', async () => {
  const { env, query } = await open(20)
  expect(await run(['start'], { env })).toMatchObject({ code: 0 })
  await query(`delete from customers where id = (select min(id) from customers)`)
  const missing = await run(['verify'], { env })
  expect(missing).toMatchObject({ code: 1, stderr: '' })
  expect(missing.stdout).toMatch(
    /\n {2}customers +20 +19 +1 +0 +0 +NO +cus_\w+\n\n {2}A full job repairs customers\.\n$/,
  )
  await query(`update customers set email = 'planted' where id = (select max(id) from customers)`)
  const changed = await run(['verify'], { env })
  expect(changed).toMatchObject({ code: 1, stderr: '' })
  expect(changed.stdout).toMatch(/ NO .*\(email\).*\n\n {2}A full job with "force_refresh": true repairs customers /)
  expect(await run(['start', '--force'], { env })).toMatchObject({ code: 0 })
  expect(await run(['verify'], { env })).toMatchObject({ code: 0 })
}, 900_000)

test('after a failure no rows of earlier starts are shown, and no JSON of the log', async () => {
  const { env, sandbox } = await open(20)
  expect(await run(['start'], { env })).toMatchObject({ code: 0 })
  sandbox.fail({ kind: 'key-revoked' })
  const { code, stdout, stderr } = await run(['start'], { env })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^ {2}status +failed$/m)
  expect(stdout).not.toContain('customers, the newest ten')
  expect(stdout + stderr).not.toMatch(/^\s*\{"level"/m)
  expect(stderr).toMatch(/^\n {2}the job fails\. stripe: the configured Stripe\.ApiKey is not accepted [^:]+\n$/)
})

test('verify names the resource that the key may not read, with the reason, and goes on', async () => {
  const { env, sandbox } = await open(20)
  expect(await run(['start', '--resources', 'customers,products'], { env })).toMatchObject({ code: 0 })
  sandbox.fail({ path: /^\/v1\/products\b/, kind: 'missing-scope' })
  const { code, stdout } = await run(['verify'], { env })
  expect(code).toBe(0)
  expect(stdout).toMatch(/\n {2}customers +20 +20 /)
  expect(stdout).toMatch(/\n {2}products skipped: stripe: .+\n$/)
})

test('on a terminal of 24 rows the bar of all resources ends as one line, and they are listed in their order', async () => {
  const { env } = await open(60)
  const { ended } = startOnTerminal(['start', '--resources', 'default'], 24, { env })
  const { code, stdout } = await ended
  expect(code).toBe(0)
  expect(stdout).toContain('estimating')
  const lines = renderTerminal(stdout)
  expect(lines.filter((line) => /[█░]/.test(line))).toEqual([expect.stringMatching(/^ {2}█{24} 100 % /)])
  const shown = lines.slice(lines.indexOf('resources') + 3).map((line) => line.trim().split(' ')[0])
  expect(shown.slice(0, 7)).toEqual([
    'customers',
    'products',
    'prices',
    'price_options',
    'price_tiers',
    'coupons',
    'coupon_options',
  ])
})

const shortLease = { Worker__LeaseSeconds: '2' }

test('on a terminal, start shows what the job waits for and since when, and no longer once it is over', async () => {
  const { env, sandbox } = await open(60)
  const heal = sandbox.fail({ kind: 'rate-limited', reason: 'global-rate', retryAfter: 1, path: '/v1/customers' })
  const { ended, seen } = startOnTerminal(['start'], 24, { env: { ...env, ...shortLease } })
  await seen(/\n {2}Waiting since \d\d:\d\d:\d\d \(rate_limited\)\. stripe: too many requests \(429, /)
  heal()
  const { code, stdout } = await ended
  expect(code).toBe(0)
  expect(renderTerminal(stdout).join('\n')).not.toContain('Waiting since')
})

test('on a terminal, start shows the outage that a job waits for, and when the next attempt is', async () => {
  const { env, sandbox } = await open(60)
  sandbox.fail({ kind: 'error', status: 503, headers: { 'Retry-After': '1000' } })
  const { seen } = startOnTerminal(['start'], 24, { env })
  await seen(/\n {2}Waiting since [\d:]{8} \(provider_unavailable\)\. The next attempt is at [\d:]{8}\./)
})

test('a start with more or fewer customers than the last ends with an equal proof of each resource', async () => {
  const { env } = await open(1)
  // The Stripe of the program itself, in the database of the test. A job asks for about 500 rows by id, and less is gone.
  const environment = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('Stripe__')))
  for (const customers of [30, 40, 20]) {
    const args = ['start', '--resources', 'default', '--customers', String(customers)]
    const { code, stdout } = await run(args, { env: environment })
    expect(code).toBe(0)
    const resources = stdout.slice(stdout.indexOf('\nresources\n')).split('\n').slice(4)
    const counted = resources.slice(0, resources.indexOf(''))
    expect(counted[0]).toMatch(new RegExp(`^ {2}customers .* ${customers} +${customers} +yes +·$`))
    expect(counted.length).toBeGreaterThan(10)
    expect(counted.filter((line) => / NO /.test(line))).toEqual([])
  }
}, 900_000)
