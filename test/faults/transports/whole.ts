import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../support/random.ts'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { findSecrets } from '../secrets.ts'
import { shortLease } from '../short-lease.ts'
import { type ContainerEnv, openContainerEnv } from './container-env.ts'
import type { TransportScenario } from './transport-scenario.ts'

const customers = 20_000

export const whole: TransportScenario = {
  name: 'whole',
  faults: ['F01', 'F07', 'F65', 'F66'],
  about:
    'one job of 20,000 customers in two containers: kills at random moments, then the server of the queue is killed and started again, then a deploy replaces both containers',
  claim:
    'each row is there once and exact, the counts too; a sender and a container use the queue within 5 s of its restart; nothing is left',
  rounds: { test: 0, ci: 1, full: 3 },
  async run({ transport, seed, rounds, say }) {
    const random = createRandom(seed)
    const settings = { ...shortLease.settings, Stripe__EndpointRequestsPerSecond: '10' }
    const env = await openContainerEnv(transport, { sandbox: { customers, latencyMs: 20 }, settings })
    try {
      const expected = await saveExpectedRows(env.query, env.world, ['customers'])
      await Promise.all([env.startContainer(), env.startContainer()])
      const tenantId = randomUUID()
      const request = env.request(tenantId, { resources: ['customers'] })
      await env.send(request)
      const progressMs: number[] = []
      for (let kill = 0; kill < rounds; kill++) {
        const part = customers / 2 / rounds
        await fetched(env, request.jobId, Math.floor(part * kill + random.below(part)))
        progressMs.push(await killHolder(env, request.jobId))
        say(`kill ${kill + 1}: progress after ${progressMs.at(-1)} ms`)
      }
      await fetched(env, request.jobId, customers * 0.6)
      const back = await restartQueue(env)
      say(`the queue is used ${back.ms} ms after its restart`)
      await fetched(env, request.jobId, customers * 0.75)
      const codes = await deploy(env, request.jobId)
      await env.ended(request.jobId)
      await env.emptied()
      const problems = [
        ...(await examineJob(env.query, request.jobId, allNew(customers))),
        ...(await examineJob(env.query, back.jobId)),
        ...describe(await compare(env.query, tenantId, expected)),
        ...codes.filter((code) => code !== 0).map((code) => `a container that was replaced ended with ${code}`),
        ...(await findSecrets(env)),
      ]
      const [job] = await env.query<{ deliveries: number }>('select deliveries::int from sync_jobs where id = $1', [
        request.jobId,
      ])
      const tooSlow = back.ms <= 5_000 ? [] : [`the queue was used ${back.ms} ms after its restart`]
      const figures = {
        rows: customers,
        kills: rounds,
        'longest ms from a kill to progress, at a lease of 2 s': Math.max(0, ...progressMs),
        'ms from the restart of the queue to a job sent and begun': back.ms,
        deliveries: job?.deliveries ?? 0,
      }
      return { rounds, figures, problems, tooSlow }
    } finally {
      await env.close()
    }
  },
}

/** How many items the job has fetched, once they are so many or the job has ended. */
async function fetched({ query }: ContainerEnv, jobId: string, least: number): Promise<number> {
  for (;;) {
    const [job] = await query<{ fetched: number; ended: boolean }>(
      'select fetched::int, finished_at is not null as ended from sync_jobs where id = $1',
      [jobId],
    )
    if (job && (job.ended || job.fetched >= least)) return job.fetched
    await delay(10)
  }
}

/** Kills the container that works, starts another one, and returns the milliseconds from the kill until the job has more items. */
async function killHolder(env: ContainerEnv, jobId: string): Promise<number> {
  const holder = await env.holderOf(jobId)
  await holder?.end('SIGKILL')
  const began = performance.now()
  const before = await fetched(env, jobId, 0)
  const replacement = env.startContainer()
  await fetched(env, jobId, before + 1)
  const ms = Math.round(performance.now() - began)
  await replacement
  return ms
}

/** Restarts the server of the queue, and then sends another job. Its containers must have come back to the queue to begin it. */
async function restartQueue(env: ContainerEnv): Promise<{ readonly ms: number; readonly jobId: string }> {
  await env.queue.restart()
  const began = performance.now()
  const probe = env.request(randomUUID(), { resources: ['tax_rates'] })
  await env.send(probe)
  while ((await env.statusOf(probe.jobId)) === 'without a row') await delay(10)
  return { ms: Math.round(performance.now() - began), jobId: probe.jobId }
}

/** Replaces first the container that works and then the other one. Returns their exit codes. */
async function deploy(env: ContainerEnv, jobId: string): Promise<readonly (number | string)[]> {
  const codes: (number | string)[] = []
  for (let replaced = 0; replaced < 2; replaced++) {
    const holder = await env.holderOf(jobId)
    if (!holder) break
    await env.startContainer()
    codes.push(await holder.end('SIGTERM'))
  }
  return codes
}
