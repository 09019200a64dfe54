import { readFileSync } from 'node:fs'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * docs/messages.md on the keys that the worker writes, beside those that it does write.
 */

const page = readFileSync('docs/messages.md', 'utf8')
const section = (title: string) => page.split(/^##+ /m).find((text) => text.startsWith(`${title}\n`)) ?? ''
/** The names in code in the first column of a section's tables. */
const keysOf = (title: string) =>
  [...section(title).matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key),
  )

test('the page names every key of a notification, and no others', async () => {
  const { url, deliver } = await setup({ sandbox: { customers: 20 } })
  const listener = new pg.Client({ connectionString: url })
  await listener.connect()
  onTestFinished(() => listener.end())
  const seen = new Set<string>()
  listener.on('notification', ({ payload = '{}' }) => {
    for (const key of Object.keys(JSON.parse(payload))) seen.add(key)
  })
  await listener.query('listen sync_jobs')
  await deliver(jobRequest())
  await listener.query('select 1')
  expect([...seen].sort()).toEqual(keysOf('Follow a job').sort())
})

test('the page names every key of a result, for the job and for a resource', async () => {
  const { deliver, job } = await setup({ sandbox: { customers: 20 } })
  const request = jobRequest()
  await deliver(request)
  const result = (await job(request.jobId))?.result as {
    readonly resources: { readonly customers: object }
  }
  const named = keysOf('Results')
  const expected = [
    ...Object.keys(result).filter((key) => key !== 'resources'),
    ...Object.keys(result.resources.customers).map((key) => `resources.NAME.${key}`),
  ]
  expect(expected.filter((key) => !named.includes(key))).toEqual([])
})
