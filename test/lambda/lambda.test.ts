import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Lambda, type LambdaOptions, openLambda } from './lambda.ts'

const handlers = `
exports.handler = async (event, context) => {
  console.log('working on', event.do)
  if (event.do === 'throw') throw new TypeError('no such tenant')
  if (event.do === 'exit') process.exit(3)
  if (event.do === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000))
  return { pid: process.pid, remaining: context.getRemainingTimeInMillis(), secret: process.env.SECRET, home: process.env.HOME }
}
exports.callback = (event, context, callback) => callback(null, 'old')
`

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lambda-test-'))
  await writeFile(join(root, 'index.cjs'), handlers)
  await writeFile(join(root, 'broken.cjs'), `throw new RangeError('no configuration')`)
})
afterAll(() => rm(root, { recursive: true }))

const opened: Lambda[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((lambda) => lambda.close()))
})

async function setup(options: Partial<LambdaOptions> = {}): Promise<Lambda> {
  const lambda = await openLambda({ root, handler: 'index.handler', ...options })
  opened.push(lambda)
  return lambda
}

/** The dummy handler reads an order, not a batch of messages. */
const order = (what: string) => ({ do: what }) as unknown as SQSEvent

test('answers with what the handler returns, in the environment that was given and no other', async () => {
  const lambda = await setup({ env: { SECRET: 'shh' } })

  const invocation = await lambda.invoke(order('work'), 5_000)

  expect(invocation).toEqual({
    kind: 'response',
    payload: { pid: lambda.pid(), remaining: expect.any(Number), secret: 'shh' },
  })
  const { remaining } = (invocation as { payload: { remaining: number } }).payload
  expect(remaining).toBeGreaterThan(4_000)
  expect(remaining).toBeLessThanOrEqual(5_000)
  expect(lambda.logs()).toContain('working on work')
  expect(lambda.initMs()).toBeGreaterThan(0)
})

test('keeps its process after a thrown error', async () => {
  const lambda = await setup()
  const pid = lambda.pid()

  expect(await lambda.invoke(order('throw'), 5_000)).toEqual({
    kind: 'error',
    message: 'TypeError: no such tenant',
  })
  expect(await lambda.invoke(order('work'), 5_000)).toMatchObject({ kind: 'response', payload: { pid } })
})

test('kills an invocation at its deadline and serves the next one from a new process', async () => {
  const lambda = await setup()
  const pid = lambda.pid()

  expect(await lambda.invoke(order('hang'), 300)).toEqual({
    kind: 'timeout',
    message: 'Task timed out after 0.30 seconds',
  })
  const next = await lambda.invoke(order('work'), 5_000)

  expect(next.kind).toBe('response')
  expect(lambda.pid()).not.toBe(pid)
})

test('tells how a process died and starts another', async () => {
  const lambda = await setup()

  expect(await lambda.invoke(order('exit'), 5_000)).toEqual({
    kind: 'crash',
    message: 'Runtime exited with error: exit status 3',
  })
  expect(await lambda.invoke(order('work'), 5_000)).toMatchObject({ kind: 'response' })
})

test('can be killed in the middle of its work', async () => {
  const lambda = await setup()
  await lambda.invoke(order('work'), 5_000)

  const hanging = lambda.invoke(order('hang'), 5_000)
  lambda.kill('SIGKILL')

  expect(await hanging).toEqual({ kind: 'crash', message: 'Runtime exited with error: signal: SIGKILL' })
})

test('refuses a second event while it works on one', async () => {
  const lambda = await setup()
  const first = lambda.invoke(order('work'), 5_000)

  await expect(lambda.invoke(order('work'), 5_000)).rejects.toThrow('at work')
  expect(await first).toMatchObject({ kind: 'response' })
})

test('works beside others', async () => {
  const lambdas = await Promise.all([setup(), setup(), setup()])

  const ended = await Promise.all(lambdas.map((lambda) => lambda.invoke(order('work'), 5_000)))

  expect(ended).toMatchObject(lambdas.map((lambda) => ({ kind: 'response', payload: { pid: lambda.pid() } })))
})

test('refuses a handler with a callback, as Node 24 in Lambda does', async () => {
  const lambda = await setup({ handler: 'index.callback' })

  expect(await lambda.invoke(order('work'), 5_000)).toEqual({
    kind: 'error',
    message: expect.stringContaining('Runtime.CallbackHandlerDeprecated: '),
  })
})

test('tells the error of a handler that cannot be loaded, each time it is invoked', async () => {
  const lambda = await setup({ handler: 'broken.handler' })
  const error = { kind: 'error', message: 'RangeError: no configuration' }

  expect(await lambda.invoke(order('work'), 5_000)).toEqual(error)
  expect(await lambda.invoke(order('work'), 5_000)).toEqual(error)
})
