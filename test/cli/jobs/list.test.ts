import { expect, test } from 'vitest'
import { jobLine } from '../../../src/cli/jobs/job-json.ts'
import { openOperator } from './operator-env.ts'

const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => jobLine.strict().parse(JSON.parse(line)))

test('jobs list shows a reader the jobs of all tenants, the newest first, and filters them', async () => {
  const { as, job } = await openOperator()
  await job({ created_at: new Date(Date.now() - 3 * 86_400_000) })
  const failed = await job({ status: 'failed', created_at: new Date(Date.now() - 60_000) })
  const running = await job({ status: 'running', created_at: new Date() })
  const { code, stdout, stderr } = await as('reader', ['jobs', 'list', '--json', '--since', '1d'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(lines(stdout).map(({ jobId }) => jobId)).toEqual([running.id, failed.id])
})

test('jobs list is a table for people, with the code of what is wrong', async () => {
  const { as, job } = await openOperator()
  const failed = await job({ status: 'failed' })
  const { stdout } = await as('reader', ['jobs', 'list'])
  expect(stdout).toMatch(/^ {2}job +tenant +provider +account +type +status +created +took +rows +requests +because\n/)
  expect(stdout).toMatch(new RegExp(`^  ${failed.id} +${failed.tenant_id} .* failed .* 9 m .* key_not_accepted$`, 'm'))
  const none = await as('reader', ['jobs', 'list', '--status', 'paused, pending'])
  expect(none.stdout).toBe('There are no such jobs.\n')
})

test('jobs list shows the worker’s login the jobs of the tenant that is named, and says so', async () => {
  const { as, job } = await openOperator()
  const { id, tenant_id: tenant } = await job()
  expect((await as('worker', ['jobs', 'list'])).stdout).toMatch(/sees one tenant's rows at a time: add --tenant UUID/)
  expect(lines((await as('worker', ['jobs', 'list', '--json', '--tenant', tenant])).stdout)).toMatchObject([
    { jobId: id },
  ])
})
