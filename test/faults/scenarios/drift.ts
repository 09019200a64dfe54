import { randomUUID } from 'node:crypto'
import { openFastWorker } from '../chaos/fast-worker.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { openWorldEnv } from '../fault-env.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import type { Failure, ItemFields, ProviderName, World } from '../worlds/world.ts'

/** How a delivery ends, by the table of docs/messages.md. */
type Ending = 'completed' | 'retrying' | 'provider_contract'

interface Oddity {
  /** Absent on a provider that cannot answer so. */
  failure(world: World): Failure | undefined
  /** When it happens to a few requests, and when it does not end. */
  readonly ends: {
    readonly few: Ending | readonly Ending[]
    readonly always: Ending
    /** When it happens to a few requests of a provider that may answer so in order. */
    readonly fewInOrder?: Ending
    /** When it does not end, of a list that states its total. */
    readonly alwaysOfTotal?: Ending
  }
}

/** Passes by itself: the copy is complete once it has, and until then the job is tried again. */
const passing = (failure: Failure): Oddity => ({
  failure: () => failure,
  ends: { few: 'completed', always: 'retrying' },
})
/** Longer than a request is tried again: the queue waits instead. */
const waiting = (failure: Failure): Oddity => ({
  failure: () => failure,
  ends: { few: 'retrying', always: 'retrying' },
})
/** Odd, and no harm. */
const harmless = (failure: Failure): Oddity => ({
  failure: () => failure,
  ends: { few: 'completed', always: 'completed' },
})
/** Items of another version, and no harm. */
const changed = (change: (item: ItemFields, list: World['list']) => ItemFields): Oddity => ({
  failure: ({ list }) => ({ kind: 'items', items: (items) => items.map((item) => change(item, list)) }),
  ends: { few: 'completed', always: 'completed' },
})

const retryAfter = (value: string): Failure => ({
  kind: 'error',
  status: 429,
  headers: { 'Retry-After': value },
})
const oddities: Readonly<Record<string, Oddity>> = {
  '200 with HTML': passing({ kind: 'html', status: 200 }),
  '502 with HTML': passing({ kind: 'html' }),
  '200 with nothing': passing({ kind: 'empty-body' }),
  '500 with nothing': passing({ kind: 'empty-body', status: 500 }),
  '200 with an error': passing({ kind: 'error-in-200' }),
  '200 with no list': passing({ kind: 'not-a-list' }),
  'half a body, as if it were all': passing({ kind: 'truncated', close: 'clean' }),
  'half a body, then the end': passing({ kind: 'truncated', close: 'early' }),
  'a reset': passing({ kind: 'reset' }),
  'an answer that drips for ever': passing({ kind: 'slow-body', ms: 60_000 }),
  'no answer': passing({ kind: 'hang' }),
  'a redirect': passing({ kind: 'redirect', to: 'http://169.254.169.254/latest' }),
  'a permanent redirect': passing({ kind: 'redirect', to: '/v1/customers?limit=1', status: 308 }),
  '500': passing({ kind: 'error', status: 500 }),
  '503 to be tried again in a day': waiting({ kind: 'error', status: 503, headers: { 'Retry-After': '86400' } }),
  '429 without a word': passing({ kind: 'error', status: 429 }),
  '429, Retry-After 100000': waiting(retryAfter('100000')),
  '429, Retry-After -5': passing(retryAfter('-5')),
  '429, Retry-After a date': waiting(retryAfter('Wed, 21 Oct 2099 07:28:00 GMT')),
  '429, Retry-After a date gone by': passing(retryAfter('Wed, 21 Oct 2015 07:28:00 GMT')),
  '429, Retry-After garbage': passing(retryAfter('soon \u00e9')),
  '429, Retry-After 1e999': passing(retryAfter('1e999')),
  '409 of a lock': {
    ...passing({ kind: 'lock-timeout', retryAfter: 1 }),
    failure: ({ provider }) => (provider === 'stripe' ? { kind: 'lock-timeout', retryAfter: 1 } : undefined),
  },
  // Stripe has no cursor then. Others filter a page after it was cut, or state a total that tells.
  'has_more with no data': {
    failure: () => ({ kind: 'empty-more' }),
    ends: { few: 'provider_contract', always: 'provider_contract', fewInOrder: 'completed', alwaysOfTotal: 'retrying' },
  },
  // Once: whether the reader that gets it has seen it before, or another slice's has. Exact in any case where it ends well.
  // A list that states its total has a page here, which is then the page that was asked for.
  'a page that was there before': {
    failure: () => ({ kind: 'same-page' }),
    ends: { few: ['provider_contract', 'completed'], always: 'provider_contract', alwaysOfTotal: 'completed' },
  },
  'more than 64 MiB': passing({ kind: 'huge', bytes: 65 * 1024 * 1024 }),
  'gzip that nobody asked for': harmless({ kind: 'gzip' }),
  'padding of a megabyte': harmless({ kind: 'huge', bytes: 1_000_000 }),
  'fields and values of a later version': changed((item) => ({
    ...item,
    object: 'customer.v2',
    new_thing: { a: [1] },
    currency: 'xts',
    tax_exempt: 'maybe',
  })),
  'fields that are gone': changed((item, { bare }) => bare(item)),
  'columns in new shapes': changed((item, { reshaped }) => reshaped(item)),
  'a page out of order': harmless({
    kind: 'items',
    items: (objects) => [...objects.slice(0, -1)].reverse().concat(objects.slice(-1)),
  }),
  // A list that states its total has fewer.
  'a page with each object twice': {
    failure: () => ({ kind: 'items', items: (objects) => objects.flatMap((object) => [object, object]) }),
    ends: { few: 'completed', always: 'completed', alwaysOfTotal: 'retrying' },
  },
}

const customers = 60
/** Most of the time a lane waits for an answer that does not come. */
const lanes = 6
/** Answers that do come are not to be late on a busy machine. */
const haste = { times: 30, timeoutMs: 2_000 }

export const drift: Scenario = {
  name: 'drift',
  faults: ['F24', 'F25', 'F26', 'F27', 'F28', 'F29', 'F30', 'F42'],
  about: `${Object.keys(oddities).length} unexpected answers of a provider, each for one request in the middle of a list and for ever, with a fast clock`,
  claim:
    'each ends as the table of outcomes says, none counts as the last page, and once it is over the copy is complete',
  rounds: { test: 8, ci: Object.keys(oddities).length, full: 6 * Object.keys(oddities).length },
  elsewhere: { test: 0, ci: 10, full: 4 * Object.keys(oddities).length },
  async run({ provider, seed, rounds, say }) {
    const problems: string[] = []
    const endings: Record<string, number> = { completed: 0, retrying: 0, provider_contract: 0, 'then completed': 0 }
    const all = Object.entries(oddities)
    let met = 0
    await runRounds({ seed, rounds, lanes }, async ({ at }) => {
      const [name, oddity] = all[(at * 7 + seed) % all.length] ?? all[0]!
      const seen = await meet(oddity, {
        provider,
        seed: seed + at,
        always: Math.floor(at / all.length) % 2 === 1 || (rounds <= all.length && at % 2 === 1),
      })
      endings[seen.ended] = (endings[seen.ended] ?? 0) + 1
      if (seen.completedLater) endings['then completed'] = (endings['then completed'] ?? 0) + 1
      problems.push(...seen.problems.map((problem) => `${name}, ${seen.about}: ${problem}`))
      if (++met % 20 === 0) say(`${met} answers met`)
    })
    return { rounds, figures: endings, problems }
  },
}

interface Meeting {
  readonly provider: ProviderName
  readonly seed: number
  readonly always: boolean
}

async function meet({ failure, ends }: Oddity, { provider, seed, always }: Meeting) {
  const env = await openWorldEnv(provider, { world: { customers, seed } })
  const worker = await openFastWorker(env.environment, haste)
  const problems: string[] = []
  try {
    const { resource, requests } = env.world.list
    const request = env.request(randomUUID(), { resources: [resource], batch_size: 10 })
    const expected = await saveExpectedRows(env.query, env.world, [resource])
    const odd = failure(env.world)
    if (!odd) return { problems, ended: 'not made', completedLater: false, about: 'not made' }
    const end = env.world.fail({
      ...odd,
      ...requests,
      after: 1 + (seed % 4),
      ...(always ? {} : { times: 1 }),
    })
    const deliver = async () => {
      const { batchItemFailures } = await worker.handle(JSON.stringify(request))
      const [job] = await env.query(`select status, error ->> 'code' as code from sync_jobs where id = $1`, [
        request.jobId,
      ])
      const ended = String(job?.status === 'failed' ? job.code : job?.status)
      return { ended, code: job?.code, failed: batchItemFailures.length }
    }
    const { ended, code, failed } = await deliver()
    const few = provider === 'stripe' ? ends.few : (ends.fewInOrder ?? ends.few)
    const lasting = env.world.list.statesTotal ? (ends.alwaysOfTotal ?? ends.always) : ends.always
    const allowed = [always ? lasting : few].flat()
    // On a busy machine the request that met the oddity may be given up, or the provider. The rows are exact all the same.
    const isLate = !always && (ended === 'completed' || code === 'provider_unreachable')
    if (!isLate && !allowed.some((ending) => ending === ended))
      problems.push(`${ended} (${code}) instead of ${allowed.join(' or ')}`)
    if (failed !== (ended === 'retrying' ? 1 : 0))
      problems.push(`${ended}, and the message was ${failed ? 'returned' : 'acknowledged'}`)
    end()
    const later = ended === 'retrying' ? await deliver() : undefined
    if (later && later.ended !== 'completed') problems.push(`once it was over the job was ${later.ended}`)
    // Changed objects are stored as they were listed: their ids alone can be compared.
    const { stale: _, ...difference } = await compare(env.query, request.tenantId, expected)
    if (ended === 'completed' || later) problems.push(...describe({ ...difference, stale: 0 }))
    return {
      problems,
      ended,
      completedLater: later !== undefined,
      about: `${always ? 'for ever' : 'once'}, seed ${seed}`,
    }
  } finally {
    await worker.close()
    await env.close()
  }
}
