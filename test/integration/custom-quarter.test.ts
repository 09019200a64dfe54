import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { openChargebee } from '../../src/sandbox/custom/chargebee.ts'
import { manifestAt, temporaryFile } from '../providers/custom/example-manifest.ts'
import { createRandom, forEachSeedAsync } from '../support/random.ts'
import { changeChargebee, chargebeeObjects, pickId } from './chargebee-objects.ts'
import { findCopyDifferences } from './copy-differences.ts'
import { openCustomWorker } from './custom-setup.ts'

/*
 * A quarter of changes at a custom provider, the example of a manifest: new, changed, deleted and late objects, contacts that
 * come and go. Pages are small or empty, cursors end, requests are refused for the rate, and the key is replaced in the
 * middle of a job. An incremental job follows every ten days.
 */

const seeds = Number(process.env.SEEDS ?? 1)
const days = 90
const between = 10
const example = 'examples/custom-providers/chargebee.json'
const provider = 'chargebee'
const account = 'acme-test'

const keyOf = (n: number) => `test_cBquarter${n}`
const tokenOf = (n: number) => JSON.stringify({ site: account, apiKey: keyOf(n) })

async function open(seed: number) {
  const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
  const server = await openChargebee({ customers: 40, seed, now, apiKey: keyOf(0) })
  onTestFinished(server.close)
  const { defaults } = JSON.parse(readFileSync(example, 'utf8'))
  const manifest = manifestAt(example, {
    baseUrl: `${server.url}/api/v2`,
    limits: { requestsPerSecond: 1_000, concurrency: 4 },
    defaults: { ...defaults, pageSize: { ...defaults.pageSize, most: 10 } },
  })
  const settings = { Providers__Manifests: temporaryFile('chargebee.json', manifest) }
  const parts = { provider, accessToken: tokenOf(0), account, settings, now: server.now }
  const { send, verify, tenantId, query } = await openCustomWorker(parts)
  const differences = () => findCopyDifferences({ stack: { query }, tenantId, provider }, chargebeeObjects(server))
  return { server, send, verify, differences }
}

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const { server, send, verify, differences } = await open(seed)
      const random = createRandom(seed)
      let key = 0
      const run = (additionalData: object = {}) => send(additionalData, tokenOf(key))
      const incremental = { sync_type: 'incremental' }
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      const traceless = new Set<string>()
      let expired = 0
      for (let day = 0; day < days; day += between) {
        // A list may show it after the job that should have had it.
        const late = { created_at: server.now() - 300, updated_at: server.now() - 300, date: server.now() - 300 }
        server.insert('customers', { id: `cus_late_${day}`, ...late, deleted: false })
        server.insert('transactions', { id: `txn_late_${day}`, type: 'payment', amount: 7, ...late, deleted: false })
        for (let n = 0; n < between; n++) {
          server.advance(86_400)
          changeChargebee(server, random)
          if (random.chance(0.3)) server.removeAsShown('customers', pickId(server, 'customers', random))
          const contacts = random.below(3)
          const customer = pickId(server, 'customers', random)
          server.putContacts(
            customer,
            Array.from({ length: contacts }, (_, at) => ({ id: `con_${customer}_${at}`, label: random.below(1e9) })),
          )
        }
        const invoice = pickId(server, 'invoices', random)
        const { line_items: lines } = server.expected('invoices').find(({ id }) => id === invoice) ?? {}
        server.removeWhole('invoices', invoice)
        traceless.add(`invoices ${invoice}`)
        for (const { id } of lines as readonly { readonly id: string }[]) traceless.add(`invoice_lines ${id}`)
        server.advance(60)
        let left = 5 + random.below(20)
        const endReplacing = server.answerOnce(() => {
          if (left-- === 0) server.replaceKey(keyOf(key + 1))
          return undefined
        })
        expect(await run(incremental)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
        endReplacing()
        key++
        const endings = [
          server.fail({ kind: 'rate-limited', after: random.below(9), times: 1 }),
          server.fail({ kind: 'empty-more', path: /offset=/, times: 1 }),
          server.fail({ kind: 'reset', after: random.below(20), times: 1 }),
        ]
        let offsets = 0
        const endExpiring = server.answerOnce(({ parameters }) => {
          if (!parameters.has('offset') || ![3, 9].includes(++offsets)) return undefined
          server.expireOffsets()
          expired++
          return undefined
        })
        expect(await run(incremental)).toMatchObject({ status: 'completed', error: null })
        for (const end of [...endings, endExpiring]) end()
        // An invoice that is gone without a trace is in no list of changes.
        expect((await differences()).filter((row) => !traceless.has(row))).toEqual([])
      }
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      expect(await differences()).toEqual([])
      expect(expired).toBeGreaterThan(5)
      expect(await verify(undefined, tokenOf(key))).toMatchObject({ differing: [] })
    })
  },
  seeds * 300_000,
)
