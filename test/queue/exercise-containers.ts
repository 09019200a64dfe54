import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import { openEnd, type QueueFixture } from '../contracts/queue-fixture.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { startContainer } from './container-process.ts'
import type { ContainerProcess } from './spawn-container.ts'

/*
 * The whole: workers in processes of their own, as they are built for a container, on a queue that they share.
 */

interface Options {
  readonly sandbox?: SandboxOptions
  readonly settings?: Readonly<Record<string, string>>
}

/** Registers the tests for a transport. */
export function exerciseContainers(name: string, open: () => Promise<QueueFixture>): void {
  let root: string
  beforeAll(async () => {
    root = await buildBundle()
  })

  async function setup({ sandbox: sandboxOptions, settings }: Options) {
    const queue = await open()
    onTestFinished(() => queue.close())
    const sandbox = await openCheckedStripe({ customers: 3_000, limits: 'none', latencyMs: 20, ...sandboxOptions })
    onTestFinished(() => sandbox.close())
    const { url, query } = await openTestDatabase()
    const { url: queueUrl, deadLetterUrl, endpoint, region } = queue.options
    const environment = {
      ConnectionStrings__DefaultConnection: `${asWorker(url)}?sslmode=disable`,
      Stripe__ApiBase: sandbox.url,
      Stripe__ApiKey: 'sk_live_sandbox',
      Stripe__RequestsPerSecond: '1000',
      Stripe__EndpointRequestsPerSecond: '25',
      Worker__LeaseSeconds: '2',
      Queue__Url: queueUrl,
      ...(deadLetterUrl ? { Queue__DeadLetterUrl: deadLetterUrl } : {}),
      ...(endpoint ? { Queue__Endpoint: endpoint } : {}),
      ...(region ? { Queue__Region: region } : {}),
      ...settings,
    }
    const intake = await openEnd(queue)
    onTestFinished(() => intake.close())
    const containers: ContainerProcess[] = []
    const start = async () => {
      const container = startContainer(root, environment)
      containers.push(container)
      await container.started
      return container
    }
    const job = async (id: string) => (await query('select * from sync_jobs where id = $1', [id]))[0]
    return {
      queue,
      sandbox,
      query,
      intake,
      start,
      job,
      logs: () => containers.map((container) => container.logs()).join(''),
      /** Sends a job for a tenant and an account of its own, or for these. */
      async send(request: Readonly<Record<string, unknown>> = {}) {
        const jobId = randomUUID()
        const tenantId = String(request.tenantId ?? randomUUID())
        const accessToken = `acct_${tenantId.replaceAll('-', '').slice(0, 16)}`
        const additionalData = { resources: ['customers'] }
        const body = { jobId, tenantId, providerName: 'stripe', accessToken, additionalData, ...request }
        await queue.sendAsOthers(JSON.stringify(body), { group: tenantId })
        return { jobId, tenantId }
      },
      /** The worker that holds the job once so many items were fetched, or undefined if the job ends before. */
      async holderOf(jobId: string, fetched: number) {
        for (;;) {
          const row = await job(jobId)
          if (['completed', 'failed'].includes(String(row?.status))) return undefined
          // The row names a killed worker until its lease has run out.
          const holder = containers.find(
            ({ pid, ended }) => !ended() && String(row?.lease_owner).split(' ').includes(String(pid)),
          )
          if (holder && row?.status === 'running' && Number(row.fetched) >= fetched) return holder
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      },
      completed: (jobId: string) =>
        expect.poll(() => job(jobId), { timeout: 120_000, interval: 50 }).toMatchObject({ status: 'completed' }),
      empty: () =>
        expect
          .poll(async () => Object.values(await intake.depth()).reduce((sum, count) => sum + (count ?? 0), 0), {
            timeout: 240_000,
          })
          .toBe(0),
    }
  }

  type Setup = Awaited<ReturnType<typeof setup>>
  const middle = 1_500
  async function holderInTheMiddle({ holderOf, send }: Setup, jobId: string, tenantId: string) {
    const holder = await holderOf(jobId, middle)
    if (holder) return { holder, lastJobId: jobId }
    const another = await send({ tenantId })
    const next = await holderOf(another.jobId, middle)
    if (!next) throw new Error('both jobs ended before a worker was seen in the middle')
    return { holder: next, lastJobId: another.jobId }
  }

  describe(`containers on ${name}`, () => {
    test('a job goes on in another worker after a kill, a restart of the server and a deploy, and every row is exact', async () => {
      const fixture = await setup({})
      const { sandbox, query, queue, start, send, holderOf, completed, empty, job, logs } = fixture
      await start()
      await start()
      const { jobId, tenantId } = await send()
      const killed = await holderOf(jobId, 300)
      expect(await killed?.end('SIGKILL')).toBe('SIGKILL')
      await start()
      expect(await holderOf(jobId, 1_000)).toBeDefined()
      await queue.restart()
      // A server that takes seconds to start comes back after the end of the job. The deploy is then in a second job.
      const { holder: deployed, lastJobId } = await holderInTheMiddle(fixture, jobId, tenantId)
      expect(await deployed.end('SIGTERM')).toBe(0)
      expect(deployed.logs()).toContain('"worker_stopped"')
      await completed(lastJobId)
      expect(await job(jobId)).toMatchObject({ fetched: '3000', created: '3000', rejected: '0' })
      const rows = await query('select tenant_id, raw from customers order by created_at desc, id desc')
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
      expect(new Set(rows.map(({ tenant_id }) => tenant_id))).toEqual(new Set([tenantId]))
      await empty()
      expect(logs()).not.toContain('sk_live_sandbox')
    })

    test('the jobs of many tenants are each done once by two workers', async () => {
      const { query, start, send, empty } = await setup({ sandbox: { customers: 40, latencyMs: 0 } })
      const [first, second] = await Promise.all([start(), start()])
      const jobs = await Promise.all(Array.from({ length: 100 }, () => send()))
      const ended = () => query(`select count(*)::int as count from sync_jobs where status = 'completed'`)
      await expect.poll(ended, { timeout: 240_000, interval: 100 }).toEqual([{ count: jobs.length }])
      expect(
        await query('select count(*)::int as rows, count(distinct tenant_id)::int as tenants from customers'),
      ).toEqual([{ rows: 40 * jobs.length, tenants: jobs.length }])
      await empty()
      expect(await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')])).toEqual([0, 0])
    })

    test('a message that is unreadable becomes a dead letter without its secrets', async () => {
      const { queue, start } = await setup({})
      await queue.sendAsOthers('{"password":"canary-5Fh2","tenantId":"none"}', {})
      const container = await start()
      await expect
        .poll(() => queue.deadLetters(), { timeout: 120_000 })
        .toMatchObject([{ code: 'unreadable_message', body: '{"password":"[redacted]","tenantId":"none"}' }])
      expect(container.logs()).not.toContain('canary-5Fh2')
      expect(await container.end('SIGINT')).toBe(0)
    })
  })
}
