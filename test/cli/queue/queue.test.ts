import { randomUUID } from 'node:crypto'
import { expect, inject, onTestFinished, test } from 'vitest'
import { depthLine } from '../../../src/cli/queue/depth.ts'
import { redriveLine } from '../../../src/cli/queue/redrive.ts'
import { parseConnectionString } from '../../../src/config/connection-string.ts'
import { createDatabase } from '../../../src/local/postgres.ts'
import { openQueue } from '../../../src/local/queue.ts'
import { openIntake } from '../../../src/queue/open-intake.ts'
import { migrateQueue } from '../../../src/queue/postgres/migrate.ts'
import type { Intake } from '../../../src/queue/queue.ts'
import { run } from '../program.ts'

const common = { lockSeconds: 60, maxReceives: 12 }

/** A queue of that transport: what the program is configured with, and what a worker does to it. */
const transports: Readonly<Record<string, () => Promise<{ env: Record<string, string>; intake: Intake }>>> = {
  async sqs() {
    const queue = await openQueue()
    onTestFinished(() => queue.close())
    const { url, deadLetterUrl, endpoint, region } = queue
    return {
      env: { Queue__Url: url, Queue__DeadLetterUrl: deadLetterUrl, Queue__Endpoint: endpoint, Queue__Region: region },
      intake: await openIntake({ ...common, url, deadLetterUrl, endpoint, region }),
    }
  },
  async postgres() {
    const database = await createDatabase(inject('postgres'), `queue_${randomUUID().slice(0, 8)}`)
    await migrateQueue({ database: parseConnectionString(`${database}?sslmode=disable`), name: 'jobs' })
    const url = `${database}?sslmode=disable&queue=jobs`
    return { env: { Queue__Url: url }, intake: await openIntake({ ...common, url }) }
  },
}

const json = ({ code, stdout, stderr }: Awaited<ReturnType<typeof run>>) => {
  expect(stderr).toBe('')
  return { code, line: JSON.parse(stdout) as unknown }
}

test.each(Object.entries(transports))(
  'the messages of a %s queue are counted, and dead letters are redriven but for those without their secrets',
  async (_, open) => {
    const { env, intake } = await open()
    onTestFinished(() => intake.close())
    const [jobId, tenantId] = [randomUUID(), randomUUID()]
    const letter = { code: 'poison', reason: 'its workers died', messageId: 'm-1' }
    const body = JSON.stringify({ jobId, tenantId, providerName: 'stripe', accessToken: 'ssm:/a' })
    await intake.send('{}', 0)
    await intake.send('{}', 600)
    await intake.deadLetter({ ...letter, body, group: tenantId })
    const redacted = JSON.stringify({ job_id: jobId, tenantId, accessToken: '[redacted]' })
    await intake.deadLetter({ ...letter, code: 'unreadable_message', messageId: 'm-2', body: redacted })
    const before = json(await run(['queue', 'depth', '--json'], { env }))
    expect(before.code).toBe(0)
    expect(depthLine.strict().parse(before.line)).toMatchObject({ waiting: 1, delayed: 1, dead: 2 })
    const redriven = json(await run(['queue', 'redrive', '--json'], { env }))
    expect(redriven.code).toBe(1)
    expect(redriveLine.strict().parse(redriven.line)).toEqual({
      sent: 1,
      left: [{ messageId: 'm-2', jobId, tenantId, code: 'unreadable_message', reason: 'its workers died' }],
    })
    expect(await intake.depth()).toMatchObject({ waiting: 2, delayed: 1, dead: 1 })
  },
)

test('queue redrive names for a person what stays, and queue depth is a table', async () => {
  const { env, intake } = (await transports.sqs?.()) ?? expect.unreachable()
  onTestFinished(() => intake.close())
  const letter = { code: 'unreadable_message', reason: 'message: the body is not JSON.', messageId: 'm-1' }
  await intake.deadLetter({ ...letter, body: '"[12 characters that are not shown]"' })
  const { code, stdout } = await run(['queue', 'redrive'], { env })
  expect(code).toBe(1)
  expect(stdout).toMatch(/0 dead letters are back[\s\S]* m-1 .* unreadable_message +message: the body is not JSON\.\n/)
  expect(stdout).toContain('1 stay, because their secrets were taken out.')
  expect((await run(['queue', 'depth'], { env })).stdout).toMatch(
    /waiting +in flight +delayed +dead +oldest s\n.*\n +0 +0 +0 +1 +\S+\n/,
  )
})

test('--events counts and redrives the queue of live events', async () => {
  const { env, intake } = (await transports.sqs?.()) ?? expect.unreachable()
  onTestFinished(() => intake.close())
  const { Queue__Url: url = '', Queue__DeadLetterUrl: deadLetterUrl = '', ...common } = env
  const ofEvents = { ...common, Queue__EventsUrl: url, Queue__EventsDeadLetterUrl: deadLetterUrl }
  await intake.send('{"id":"evt_1"}', 0)
  // One that the queue gave up, and one that the worker did not apply.
  await intake.deadLetter({ code: 'poison', reason: 'given up', messageId: 'm-1', body: '{"id":"evt_2"}' })
  const origin = { event: 'stripe acct_1 live', messageId: 'm-2', payload: '[redacted]' }
  await intake.deadLetter({ code: 'forged', reason: 'forged', messageId: 'm-2', body: JSON.stringify(origin) })
  const counted = json(await run(['queue', 'depth', '--events', '--json'], { env: ofEvents }))
  expect(counted.line).toMatchObject({ waiting: 1, dead: 2 })
  const redriven = json(await run(['queue', 'redrive', '--events', '--json'], { env: ofEvents }))
  expect(redriven).toMatchObject({ code: 1, line: { sent: 1, left: [{ messageId: 'm-2', code: 'forged' }] } })
  expect(await intake.depth()).toMatchObject({ waiting: 2, dead: 1 })
  // A person is not told to send an event again, which nobody but the provider can.
  expect((await run(['queue', 'redrive', '--events'], { env: ofEvents })).stdout).toContain(
    '1 stay, because their contents were taken out. Mend what the reason says. The next incremental job reads',
  )
  expect((await run(['queue', 'depth', '--events'], { env })).stderr).toMatch(
    /^queue: Queue\.EventsUrl is not configured/,
  )
})

test('a queue that is not there is a sentence', async () => {
  expect(await run(['queue', 'depth'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'queue: Queue.Url is not configured. Put it into appsettings.json or the environment variable Queue__Url.\n',
  })
})
