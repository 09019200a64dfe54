import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { scheduleLine } from '../../../src/cli/schedules/list.ts'
import { scheduleOutcome } from '../../../src/cli/schedules/outcome.ts'
import { plantSchedule, secondsFromNow } from '../../schedule/plant-schedule.ts'
import { openOperator } from '../jobs/operator-env.ts'

const lines = (stdout: string) => stdout.split('\n').filter((line) => line !== '')
const outcomes = (stdout: string) => lines(stdout).map((line) => scheduleOutcome.strict().parse(JSON.parse(line)))
const listed = (stdout: string) => lines(stdout).map((line) => scheduleLine.strict().parse(JSON.parse(line)))

test('add makes an incremental and a full schedule, once; the list has both, without a key', async () => {
  const { as } = await openOperator()
  const tenant = randomUUID()
  const add = ['schedules', 'add', '--tenant', tenant, '--token', 'ssm:/t/key', '--every', '15m', '--full-every', '30d']
  const added = await as('worker', [...add, '--json'])
  expect(added).toMatchObject({ code: 0, stderr: '' })
  const [first, second] = outcomes(added.stdout)
  expect([first, second]).toMatchObject([
    { done: true, reason: expect.stringMatching(/^A job each 15 m \(incremental\)\. The first is due at 20/) },
    { done: true, reason: expect.stringMatching(/^A job each 30 d \(full\)\. /) },
  ])
  const again = await as('worker', [...add, '--json'])
  expect(again.code).toBe(1)
  expect(outcomes(again.stdout)).toMatchObject([
    { scheduleId: null, done: false, reason: 'The account has such a schedule of incremental jobs.' },
    { scheduleId: null, done: false },
  ])
  const { stdout } = await as('reader', ['schedules', 'list', '--json'])
  expect(listed(stdout).toSorted((a, b) => a.everySeconds - b.everySeconds)).toMatchObject([
    { scheduleId: first?.scheduleId, tenantId: tenant, reference: 'ssm:/t/key', everySeconds: 900, state: 'active' },
    {
      scheduleId: second?.scheduleId,
      syncType: 'full',
      everySeconds: 2_592_000,
      lastJob: null,
      requestsPerMonth: null,
    },
  ])
})

test('without --every the cadence is chosen; the list says so, and --every takes auto or a time', async () => {
  const { as } = await openOperator()
  const add = (...more: string[]) => as('worker', ['schedules', 'add', '--tenant', randomUUID(), ...more, '--json'])
  const chosen = await add()
  expect(outcomes(chosen.stdout)).toMatchObject([
    { reason: expect.stringContaining('A job each 1 h (incremental, chosen anew from the requests of its jobs).') },
  ])
  expect(outcomes((await add('--every', 'auto', '--full-every', '30d')).stdout)).toHaveLength(2)
  expect(outcomes((await add('--full-every', '31d')).stdout)).toHaveLength(1)
  const wrong = await add('--every', 'often')
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('takes a time from 1m to 366d, such as 15m or 1h, or auto')
  const { stdout } = await as('reader', ['schedules', 'list', '--json'])
  expect(
    listed(stdout)
      .map(({ auto, syncType, everySeconds }) => [auto, syncType, everySeconds])
      .toSorted(),
  ).toEqual([
    [false, 'full', 2_592_000],
    [false, 'full', 2_678_400],
    [true, 'incremental', 3_600],
    [true, 'incremental', 3_600],
  ])
  expect((await as('reader', ['schedules', 'list'])).stdout).toMatch(/ 1 h \(auto\) /)
})

test('a key is refused in words, and is in no output', async () => {
  const { as, query } = await openOperator()
  const key = 'sk_live_51AbCdEfGhIjKlMnOpQrStUv'
  const { code, stdout, stderr } = await as('worker', ['schedules', 'add', '--tenant', randomUUID(), '--token', key])
  expect(code).toBe(2)
  expect(stderr).toContain('neither a reference to a secret nor the id of a connected account')
  expect(stderr).toContain('put the new one into a secret')
  expect(stdout + stderr).not.toContain(key)
  expect(await query('select 1 from sync_schedules')).toEqual([])
})

test('pause, resume and remove say what they did, and end with 1 where nothing has changed', async () => {
  const { as, query } = await openOperator()
  const { id, tenant_id: tenant } = await plantSchedule(query)
  const change = async (verb: string, ...more: string[]) => {
    const { code, stdout } = await as('worker', ['schedules', verb, id, '--tenant', tenant, '--json', ...more])
    const [outcome] = outcomes(stdout)
    return [code, outcome?.done, outcome?.reason]
  }
  expect(await change('pause', '--because', 'The tenant moves.')).toEqual([0, true, 'It is paused.'])
  const shown = await as('worker', ['schedules', 'list', '--tenant', tenant])
  expect(shown.stdout).toMatch(/paused .*The tenant moves\.\n/)
  expect(await change('resume')).toEqual([0, true, 'It goes on.'])
  expect(await change('remove')).toEqual([0, true, 'It is removed.'])
  expect(await change('remove')).toEqual([1, false, 'The database has no schedule of this id.'])
}, 900_000)

test('a login that may not write is told which one may', async () => {
  const { as, query } = await openOperator()
  const { id } = await plantSchedule(query)
  const { code, stderr } = await as('reader', ['schedules', 'pause', id])
  expect(code).toBe(1)
  expect(stderr).toContain("this login may not change schedules (42501). Use the worker's login")
  expect((await as('worker', ['schedules', 'list'])).stdout).toContain("sees one tenant's rows at a time")
})

test('the list counts requests in 30 days, of the account too, and warns above what Stripe allows every account', async () => {
  const { as, query, job } = await openOperator()
  const tenant_id = randomUUID()
  const next_at = secondsFromNow(60)
  const last = await job({ tenant_id, status: 'paused' })
  const hourly = { tenant_id, next_at, last_job_id: last.id }
  await plantSchedule(query, { ...hourly, recent_requests: [3_855, 10, 10, 9] })
  await plantSchedule(query, { ...hourly, sync_type: 'full', every_seconds: 2_592_000, recent_requests: [3_855] })
  await plantSchedule(query, {
    tenant_id,
    resources: ['customers'],
    recent_requests: [100],
    paused_at: new Date(),
    paused_because: 'x',
  })
  await plantSchedule(query, { next_at, recent_requests: [10] })
  const schedules = listed((await as('reader', ['schedules', 'list', '--json'])).stdout)
  const spent = schedules.filter(({ tenantId }) => tenantId === tenant_id)
  expect(spent.map(({ requestsPerMonth }) => requestsPerMonth).toSorted()).toEqual([3_855, 7_200, 72_000])
  expect(spent.map(({ accountRequestsPerMonth }) => accountRequestsPerMonth)).toEqual([11_055, 11_055, 11_055])
  expect(spent[0]).toMatchObject({
    warning: expect.stringContaining('about 11055 requests in 30 days. stripe allows every account 10000'),
    lastJob: { jobId: last.id, status: 'paused' },
  })
  expect(schedules.find(({ tenantId }) => tenantId !== tenant_id)).toMatchObject({
    requestsPerMonth: 7_200,
    warning: null,
  })
  const { stdout } = await as('reader', ['schedules', 'list'])
  expect(stdout).toContain(`\nTenant ${tenant_id}: The schedules of this account make about 11055 requests`)
})
