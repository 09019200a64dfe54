import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { buildBundle } from '../lambda/bundle.ts'
import { openLambda } from '../lambda/lambda.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * A worker that has no memory for a page, in the built bundle under Lambda's runtime client.
 */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

test('a worker that runs out of memory asks for less each time, until its job completes', async () => {
  const { environment, queue, drain, job, query, sandbox } = await setup({
    sandbox: { customers: 30 },
    settings: { Worker__LeaseSeconds: '2', Worker__BatchSize: '30' },
  })
  // A megabyte each, and a page as large as an answer may be, all of which has to be parsed for what is odd in it. Tests and
  // worker share the machine, not the heap.
  const padding = 'x'.repeat(1_000_000)
  sandbox.fail({
    kind: 'items',
    path: '/v1/customers',
    items: (all) => all.map((item) => ({ ...item, phone: [], padding })),
  })
  const lambda = await openLambda({
    root,
    handler: 'handler.handler',
    env: { ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    nodeArgs: ['--max-old-space-size=28'],
  })
  onTestFinished(() => lambda.close())
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  const ends: string[] = []
  await drain({
    concurrency: 1,
    invoke: async (event, timeoutMs) => {
      const invocation = await lambda.invoke(event, timeoutMs)
      ends.push(invocation.kind)
      return invocation
    },
  })
  expect(ends[0]).toBe('crash')
  expect(ends.at(-1)).toBe('response')
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '30', attempt: 0 })
  expect(await query('select count(*)::int as count from customers')).toEqual([{ count: 30 }])
})
