import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCustomProviders } from '../../src/providers/index.ts'
import { temporaryFile } from '../providers/custom/example-manifest.ts'
import { openRecurly, recurlyToken } from '../providers/custom/recurly-server.ts'
import { byId, openCustomWorker } from './custom-setup.ts'

const example = resolve('examples/custom-providers/recurly.ts')

async function openExample(size: number) {
  const server = await openRecurly(size)
  onTestFinished(server.close)
  // A module of the configuration: the example, at the address of the server.
  const module = `import recurly from ${JSON.stringify(example)}
    export default (kit) => recurly(kit, { apiBase: '${server.url}', perSecond: 1000 })`
  const settings = { Providers__Modules: temporaryFile('own.ts', module) }
  const parts = { provider: 'recurly', accessToken: recurlyToken, account: 'site_1', settings, now: server.now }
  return { server, ...(await openCustomWorker(parts)) }
}

describe('a provider that a module makes', () => {
  it('is copied whole, with lists in objects to their ends, and verify agrees', async () => {
    const { server, send, stored, verify, query } = await openExample(260)
    const job = await send()
    expect(job).toMatchObject({ status: 'completed', error: null, account: 'site_1' })
    expect(await stored('customers')).toEqual(byId(server.expected('accounts')))
    expect(await stored('invoices')).toEqual(byId(server.expected('invoices')))
    expect(await stored('invoice_lines')).toEqual(byId(server.lines()))
    const [euro] = await query(`select * from invoices where id = 'inv_1'`)
    expect(euro).toMatchObject({ customer_id: 'acc_1', total: '1190', currency: 'eur', status: 'paid' })
    const [yen] = await query(`select total, currency from invoices where id = 'inv_7'`)
    expect(yen).toEqual({ total: '1190', currency: 'jpy' })
    const [line] = await query(`select invoice_id, amount, tax_amount from invoice_lines where id = 'line_20_24'`)
    expect(line).toEqual({ invoice_id: 'inv_20', amount: '1015', tax_amount: '193' })
    const checks = Object.entries(job.result.resources).map(([name, { proof }]) => [name, proof?.equal])
    expect(checks).toEqual(checks.map(([name]) => [name, true]))
    expect((await verify()).differing).toEqual([])
  })

  it('is followed by incremental jobs', async () => {
    const { server, send, stored, verify } = await openExample(130)
    await send()
    server.advance(3_600)
    server.insert('accounts', { id: 'acc_new', email: 'new@example.com' })
    server.update('invoices', 'inv_3', { state: 'voided' })
    server.advance(60)
    const before = server.requests.length
    const job = await send({ sync_type: 'incremental' })
    expect(job).toMatchObject({ status: 'completed', error: null, result: { syncType: 'incremental' } })
    expect(server.requests.length - before).toBeLessThanOrEqual(4)
    expect(await stored('customers')).toEqual(byId(server.expected('accounts')))
    expect(await stored('invoices')).toEqual(byId(server.expected('invoices')))
    expect((await verify()).differing).toEqual([])
  })

  it('is refused, in words, if its file is missing, exports nothing, throws or returns no provider', async () => {
    const open = (path: string) => openCustomProviders({ manifests: [], modules: [path] })
    const cases: Readonly<Record<string, string>> = {
      'none.ts': 'there is no such file. Check Providers.Modules',
      [temporaryFile('a.ts', 'export const x = 1')]: 'it has no default export that is a function',
      [temporaryFile('b.ts', 'throw new TypeError("secret")')]: 'it cannot be loaded (TypeError)',
      [temporaryFile('c.ts', 'export default () => ({ name: "c" })')]: 'its function returns no provider',
    }
    for (const [path, sentence] of Object.entries(cases))
      await expect(open(path)).rejects.toMatchObject({
        code: 'invalid_custom_provider',
        message: expect.stringContaining(`module ${path}: ${sentence}`),
      })
  })
})
