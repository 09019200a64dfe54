import { randomUUID } from 'node:crypto'
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda'
import fc from 'fast-check'
import { readConfig } from '../../../src/config/load.ts'
import { openSqsWorker } from '../../support/sqs-worker.ts'
import { canary } from '../canary.ts'
import { type FaultEnv, openFaultEnv } from '../fault-env.ts'
import { type Body, bodies } from '../fuzz/bodies.ts'
import { takeDeadLetters } from '../fuzz/dead-letters.ts'
import { endedJobs } from '../fuzz/ended-jobs.ts'
import { recordLines } from '../fuzz/log-lines.ts'
import { seedOf } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'

/** Messages between two looks at the database and the dead-letter queue. */
const together = 500

export const messages: Scenario = {
  name: 'messages',
  faults: ['F39', 'F40', 'F41', 'F54'],
  about:
    'fuzzed queue messages (fast-check and a corpus of bombs), alone and in batches of ten, through the real handler, database and queue',
  claim:
    'no throw, a valid response each, every message done, failed in its row, or in the dead-letter queue without its secrets; p99 at most 50 ms',
  rounds: { test: 500, ci: 700, full: 100_000 },
  async run({ seed, rounds, say }) {
    const env = await openFaultEnv({
      sandbox: { customers: 3 },
      settings: { Stripe__ApiKey: 'sk_live_sandbox', Worker__MaxRetries: '0', Worker__Concurrency: '1' },
    })
    const lines = recordLines()
    const config = readConfig({ environment: env.environment, file: undefined })
    const worker = await openSqsWorker(config, { log: lines.log, name: 'messages' })
    const tally = createTally()
    try {
      for (let done = 0; done < rounds; done += together) {
        const drawn = fc.sample(bodies, { numRuns: Math.min(together, rounds - done), seed: seedOf(seed, done) | 0 })
        const given: Given[] = []
        for (const event of eventsOf(drawn)) {
          given.push(...event.given)
          const began = performance.now()
          const before = process.cpuUsage()
          const answer = await worker.handle(event.event, context).catch((error: unknown) => String(error))
          const { user, system } = process.cpuUsage(before)
          tally.time({ wall: performance.now() - began, cpu: (user + system) / 1_000 }, event.given)
          tally.answer(answer, event.given)
        }
        tally.add(await examine(env, given))
        if (lines.text().includes(canary)) tally.add({ problems: ['the access token is in a log'] })
        lines.clear()
        if ((done / together) % 20 === 19) say(`${done + together} messages, ${tally.heap()} MB`)
      }
      for (const odd of oddEvents) {
        const answer = await worker.handle(odd as SQSEvent, context).catch((error: unknown) => String(error))
        const expected = isBatch(odd) ? '{"batchItemFailures":[]}' : '"Error: handler: the event is not from SQS'
        if (!JSON.stringify(answer).startsWith(expected))
          tally.add({ problems: [`${JSON.stringify(odd)}: answered ${JSON.stringify(answer)}`] })
      }
      return tally.seen()
    } finally {
      await worker.close()
      await env.close()
    }
  },
}

const context = { getRemainingTimeInMillis: () => 900_000 } as Context
/** Whether an event has a list of records, or an empty list. Another event fails the invocation. */
const isBatch = (event: unknown) => Array.isArray(Object(event).Records) && Object(event).Records.length === 0
const oddEvents: readonly unknown[] = [
  null,
  undefined,
  {},
  { Records: null },
  { Records: 5 },
  { Records: 'abc' },
  { Records: {} },
  { Records: [null, 5, 'x'] },
  { Records: [], __proto__: { Records: [{}] } },
]

interface Given extends Body {
  readonly messageId: string
  /** Whether it was answered to be redelivered. */
  failed: boolean
}

/** Nine events of one message for each of ten; some with attributes that no queue sets. */
function* eventsOf(drawn: readonly Body[]): Generator<{ readonly event: SQSEvent; readonly given: Given[] }> {
  for (let at = 0; at < drawn.length; ) {
    const size = at % 100 < 90 ? 1 : 10
    const given = drawn.slice(at, at + size).map((body) => ({ ...body, messageId: randomUUID(), failed: false }))
    at += size
    yield {
      given,
      event: { Records: given.map(recordOf), ...(at % 7 === 0 ? { unknown: { a: [1] } } : {}) } as SQSEvent,
    }
  }
}

const oddAttributes: readonly unknown[] = [
  undefined,
  null,
  {},
  { SentTimestamp: '1e300' },
  { ApproximateReceiveCount: 'many', X: 1 },
  { SentTimestamp: {}, ApproximateReceiveCount: -5 },
]

function recordOf({ messageId, body }: Given, at: number): SQSRecord {
  const odd = oddAttributes[(messageId.charCodeAt(0) + at) % 12]
  const attributes = { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) }
  return {
    messageId,
    body,
    receiptHandle: 'none',
    attributes: odd === undefined ? attributes : odd,
    unknown: 1,
  } as never as SQSRecord
}

/** What became of these messages, by the dead-letter queue and the tables alone. */
async function examine(env: FaultEnv, given: readonly Given[]) {
  const problems: string[] = []
  const letters = new Map((await takeDeadLetters(env.queue)).map((letter) => [letter.attributes.messageId, letter]))
  const ended = await endedJobs(
    env.query,
    given.map(({ body }) => body),
  )
  const counts = { 'dead letters': 0, failed: 0, completed: 0, redelivered: 0 }
  for (const [at, { messageId, body, fate, failed }] of given.entries()) {
    const about = `message ${JSON.stringify(body.slice(0, 300))}`
    const letter = letters.get(messageId)
    const job = ended[at]
    if (letter && `${letter.body}${JSON.stringify(letter.attributes)}`.includes(canary))
      problems.push(`${about}: its copy has the access token`)
    if (letter && failed) problems.push(`${about}: both dead-lettered and redelivered`)
    // The stand-in for SQS refuses characters beyond U+FFFF, which SQS takes: the copy fails, the message comes again.
    if (failed && !/[\u{10000}-\u{10FFFF}]/u.test(body)) problems.push(`${about}: is redelivered`)
    const came = failed ? 'redelivered' : letter ? 'dead letters' : job
    if (came === undefined) problems.push(`${about}: acknowledged, and nothing is left of it`)
    else counts[came]++
    const expected = { unreadable: 'dead letters', failed: 'failed', completed: 'completed', any: came }[fate]
    if (came !== undefined && came !== expected) problems.push(`${about}: ${came} instead of ${expected}`)
  }
  if (letters.size !== counts['dead letters'])
    problems.push(`${letters.size} dead letters of ${counts['dead letters']} messages`)
  const [again] = [await env.queue.counts()]
  if (again.visible + again.inFlight + again.delayed > 0) problems.push('a message was sent again')
  const secret = await env.query(`select 1 from sync_jobs as stored where stored::text like $1 limit 1`, [
    `%${canary}%`,
  ])
  if (secret.length > 0) problems.push('the access token is in sync_jobs')
  return { problems, counts }
}

function createTally() {
  const problems: string[] = []
  const walls: number[] = []
  const cpus: number[] = []
  const heaps: number[] = []
  const sums = { 'dead letters': 0, failed: 0, completed: 0, redelivered: 0 }
  const heap = () => {
    globalThis.gc?.()
    const mb = Math.round(process.memoryUsage().heapUsed / 1_048_576)
    heaps.push(mb)
    return mb
  }
  return {
    heap,
    /** Of an event, in milliseconds; shared among its messages. */
    time({ wall, cpu }: { readonly wall: number; readonly cpu: number }, { length: n }: readonly Given[]) {
      for (let left = n; left > 0; left--) {
        walls.push(wall / n)
        cpus.push(cpu / n)
      }
    },
    /** The response must be of Lambda's shape and name messages of this event only. */
    answer(answer: unknown, given: readonly Given[]) {
      const items = (answer as { batchItemFailures?: unknown } | undefined)?.batchItemFailures
      const ids = Array.isArray(items) ? items.map((item) => Object(item).itemIdentifier) : undefined
      if (!ids || Object.keys(answer as object).join() !== 'batchItemFailures')
        problems.push(`an event was answered with ${JSON.stringify(answer)}: ${given[0]?.body.slice(0, 300)}`)
      for (const id of ids ?? []) {
        const message = given.find(({ messageId }) => messageId === id)
        if (message) message.failed = true
        else problems.push(`a response names ${JSON.stringify(id)}, which is no message of its event`)
      }
    },
    add(examined: { readonly problems: readonly string[]; readonly counts?: typeof sums }) {
      problems.push(...examined.problems)
      for (const name of ['dead letters', 'failed', 'completed', 'redelivered'] as const)
        sums[name] += examined.counts?.[name] ?? 0
    },
    seen() {
      const wall = quantiles(walls)
      const cpu = quantiles(cpus)
      heap()
      const tooSlow = cpu.p99 > 50 ? [`p99 is ${cpu.p99} ms of processor time`] : []
      const ms = {
        'ms, p50 p99 max': `${wall.p50} ${wall.p99} ${wall.max}`,
        'processor ms, p50 p99 max': `${cpu.p50} ${cpu.p99} ${cpu.max}`,
      }
      const memory = { 'heap MB, first and last': `${heaps[0]} and ${heaps.at(-1)}` }
      return { rounds: walls.length, figures: { ...sums, ...ms, ...memory }, problems, tooSlow }
    },
  }
}

function quantiles(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(10 * (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)) / 10
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
