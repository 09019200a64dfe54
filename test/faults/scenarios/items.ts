import { randomUUID } from 'node:crypto'
import type { Context, SQSEvent } from 'aws-lambda'
import { readConfig } from '../../../src/config/load.ts'
import { silentLog } from '../../../src/log/log.ts'
import { createRandom } from '../../support/random.ts'
import { openSqsWorker, type SqsWorker } from '../../support/sqs-worker.ts'
import { jobRequest, openFaultEnv, type StripeEnv } from '../fault-env.ts'
import { corrupt } from '../fuzz/corrupt.ts'
import { examineItems, type Sent } from '../fuzz/expected-items.ts'
import { openItemServer, type WireItem } from '../fuzz/item-server.ts'
import { seedOf } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { optionTables, tables } from '../tables.ts'

export const items: Scenario = {
  name: 'items',
  faults: ['F42', 'F43', 'F44', 'F45', 'F46', 'F47', 'F48', 'F61'],
  about:
    'fuzzed objects of all default resources, served as raw bytes: half of them corrupted in one to three of 37 ways, some listed twice',
  claim:
    'no job failed; what cannot be stored is in sync_rejects, exactly; all else is stored as it was sent, numbers to the last digit',
  rounds: { test: 300, ci: 700, full: 20_000 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const totals = { objects: 0, rows: 0, rejects: 0, accounts: 0, 'MB sent': 0 }
    for (let at = 0; totals.objects < rounds; at++) {
      const accountSeed = seedOf(seed, at)
      const seen = await copyAccount(accountSeed, rounds - totals.objects)
      problems.push(...seen.problems.map((problem) => `account seed ${accountSeed}: ${problem}`))
      totals.objects += seen.objects
      totals.rows += seen.rows
      totals.rejects += seen.rejects
      totals['MB sent'] += seen.megabytes
      totals.accounts++
      say(`${totals.objects} objects, ${totals.rejects} rejects`)
    }
    return { rounds: totals.objects, figures: totals, problems }
  },
}

const rare = {
  products: 20,
  coupons: 15,
  promotion_codes: 15,
  subscription_schedules: 15,
  disputes: 15,
  credit_notes: 20,
  payouts: 15,
  tax_rates: 15,
}

/** One account of about a thousand objects, copied twice: the second copy finds everything as the first has left it. */
async function copyAccount(seed: number, most: number) {
  const env = await openFaultEnv({ sandbox: { customers: 60, counts: rare, seed } })
  const server = await openItemServer()
  const settings = { Stripe__ApiBase: server.url, Worker__BatchSize: '40' }
  const config = readConfig({ environment: { ...env.environment, ...settings }, file: undefined })
  const worker = await openSqsWorker(config, { log: silentLog, name: 'items' })
  try {
    const { lists, sent, twice } = spoilAccount(env, seed, most)
    server.serve(lists)
    const tenantId = randomUUID()
    const first = await copy(worker, env, tenantId)
    const expected = [...sent, ...readAgain(sent)]
    const examined = await examineItems(env.query, tenantId, expected)
    const problems = [...first.problems, ...examined.problems]
    if (Number(first.job.created) !== examined.rows)
      problems.push(`created ${first.job.created} rows of ${examined.rows}`)
    if (Number(first.job.rejected) < examined.rejects)
      problems.push(`counted ${first.job.rejected} of ${examined.rejects} rejects`)
    const second = await copy(worker, env, tenantId)
    const { created, updated, deleted } = second.job
    if (Number(created) + Number(deleted) > 0 || Number(updated) > 2 * twice)
      problems.push(`a second copy: ${created} created, ${updated} updated, ${deleted} deleted`)
    problems.push(...second.problems, ...(await examineItems(env.query, tenantId, expected)).problems)
    const bytes = sent.reduce((sum, { bytes: sentBytes }) => sum + sentBytes.length, 0)
    return {
      problems,
      objects: sent.length,
      rows: examined.rows,
      rejects: examined.rejects,
      megabytes: Math.round(bytes / 1e6),
    }
  } finally {
    await worker.close()
    await Promise.all([env.close(), server.close()])
  }
}

/** What the lists of options have: prices and coupons once more, since this server expands nothing. */
const readAgain = (sent: readonly Sent[]): readonly Sent[] =>
  Object.entries(optionTables).flatMap(([table, { parent }]) =>
    sent.filter((item) => item.table === parent).map(({ bytes }) => ({ table, bytes, empty: [] })),
  )

/** The account of the sandbox with half of its objects corrupted, and one in thirty of the others listed once more. */
function spoilAccount({ sandbox }: StripeEnv, seed: number, most: number) {
  const random = createRandom(seed)
  const lists = new Map<string, readonly WireItem[]>()
  const sent: Sent[] = []
  let twice = 0
  for (const [table, name] of Object.entries(tables)) {
    const list: WireItem[] = []
    const again: { readonly at: number; readonly object: object }[] = []
    const all = sandbox.expected(name, true)
    for (const object of all.slice(0, Math.ceil((all.length * most) / 1_000))) {
      const fields = withoutPrices(object)
      const { bytes, empty, intact } = corrupt(fields, random)
      const listedAt = Number(fields.created ?? fields.date)
      list.push({ bytes, id: usableId(bytes), listedAt })
      sent.push({ table, bytes, empty })
      if (intact && random.chance(1 / 30))
        again.push({
          at: list.length + random.below(60),
          object: random.chance(0.5) ? fields : { ...fields, metadata: { again: 'yes' } },
        })
    }
    for (const { at, object } of again) {
      const bytes = Buffer.from(JSON.stringify(object))
      const place = Math.min(at, list.length)
      list.splice(place, 0, { bytes, id: usableId(bytes), listedAt: list[place - 1]?.listedAt ?? 0 })
      sent.push({ table, bytes, empty: [] })
      twice++
    }
    lists.set(`/v1/${name}`, list)
  }
  return { lists, sent, twice }
}

/** Whole prices inside of other objects become rows of their accountSeed: here they are ids. What an object holds of a list is all of it. */
function withoutPrices(object: object): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(object, (name, value) => {
      if (name === 'price' && value?.object === 'price') return value.id
      return name === 'has_more' ? false : value
    }),
  )
}

function usableId(bytes: Buffer): string | null {
  const id = Object(JSON.parse(bytes.toString('utf8'))).id as unknown
  const usable =
    typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= 1_024 && !id.includes('\0') && id.isWellFormed()
  return usable ? id : null
}

async function copy(worker: SqsWorker, env: StripeEnv, tenantId: string) {
  const request = jobRequest(tenantId)
  const message = { messageId: request.jobId, receiptHandle: 'none', body: JSON.stringify(request), attributes: {} }
  const context = { getRemainingTimeInMillis: () => 900_000 }
  const answer = await worker.handle({ Records: [message] } as never as SQSEvent, context as Context)
  const [job = {}] = await env.query(`select * from sync_jobs where id = $1`, [request.jobId])
  const problems: string[] = []
  if (answer.batchItemFailures.length > 0 || job.status !== 'completed')
    problems.push(`the job is ${job.status}: ${JSON.stringify(job.error)}`)
  return { job, problems }
}
