import { expect, test } from 'vitest'
import { sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { openPayPal } from '../integration/paypal-setup.ts'
import { openShop, accessToken as shopToken, tenantId as tenantOfShop } from '../integration/shopify-setup.ts'
import { openSquare, tenantId as tenantOfSeller, token } from '../integration/square-setup.ts'
import { run } from './program.ts'

interface Opened {
  readonly stack: {
    readonly environment: Readonly<Record<string, string>>
    query(text: string): Promise<unknown>
  }
  readonly tenantId: string
  /** The credentials of the configuration, with which the command reads the account. */
  readonly credentials: Readonly<Record<string, string>>
  run(additionalData?: object): Promise<unknown>
}

const accounts: Readonly<Record<string, () => Promise<Opened>>> = {
  async square() {
    const { stack, run } = await openSquare({ payments: 100 })
    return { stack, tenantId: tenantOfSeller, credentials: { Square__AccessToken: token }, run }
  },
  async paypal() {
    const { paypal, stack, tenantId, run } = await openPayPal({ transactions: 100 })
    paypal.advance(6 * 3_600)
    const credentials = { PayPal__ClientId: sandboxApp.id, PayPal__ClientSecret: sandboxApp.secret }
    return { stack, tenantId, credentials, run }
  },
  async shopify() {
    const { stack, run } = await openShop({ orders: 60 })
    const [Shopify__Shop = '', Shopify__AccessToken = ''] = shopToken.split(':')
    return { stack, tenantId: tenantOfShop, credentials: { Shopify__Shop, Shopify__AccessToken }, run }
  },
}

test.each(Object.entries(accounts))(
  'verify of an account of %s ends with 0 after a full job, and with 1 once a row was changed or removed by hand, until the job that it names has run',
  async (provider, open) => {
    const { stack, tenantId, credentials, run: sync } = await open()
    expect(await sync()).toMatchObject({ status: 'completed', error: null })
    const verify = () =>
      run(['verify', '--provider', provider, '--tenant', tenantId], { env: { ...stack.environment, ...credentials } })
    const equal = await verify()
    expect(equal).toMatchObject({ code: 0, stderr: '' })
    expect(equal.stdout).toMatch(/\n {2}customers +\d+ +\d+ +0 +0 +0 +yes /)
    expect(equal.stdout).not.toContain(' NO ')
    await stack.query(`update payments set amount = amount + 1 where id = (select min(id) from payments)`)
    const changed = await verify()
    expect(changed).toMatchObject({ code: 1, stderr: '' })
    expect(changed.stdout).toMatch(/\n {2}payments +\d+ +\d+ +0 +1 +0 +NO .*\(amount\)/)
    expect(changed.stdout).toMatch(/\n {2}A full job .*repairs payments/)
    expect(await sync({ force_refresh: changed.stdout.includes('"force_refresh": true') })).toMatchObject({
      status: 'completed',
    })
    expect(await verify()).toMatchObject({ code: 0, stderr: '' })
    await stack.query(`delete from customers where id = (select min(id) from customers)`)
    const missing = await verify()
    expect(missing).toMatchObject({ code: 1, stderr: '' })
    expect(missing.stdout).toMatch(/\n {2}customers +\d+ +\d+ +1 +0 +0 +NO /)
  },
  240_000,
)
