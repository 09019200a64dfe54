import { expect } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'
import { type StripeAccount, serve } from './stripe-payloads.ts'

const resources = [
  'customers',
  'prices',
  'price_options',
  'coupons',
  'coupon_options',
  'subscriptions',
  'invoices',
  'invoice_items',
  'invoice_payments',
  'payments',
  'refunds',
  'disputes',
  'balance_transactions',
]

/** An account of Stripe whose payloads are written by hand, after a job has read it. */
export async function openSynced({ lists, expanded = {} }: Pick<StripeAccount, 'lists'> & Partial<StripeAccount>) {
  const url = await serve({ lists, expanded })
  const { deliver, query, ...more } = await setup({ sandbox: { customers: 0 }, settings: { Stripe__ApiBase: url } })
  const request = jobRequest({ additionalData: { resources } })
  await deliver(request)
  expect(await query('select status, error from sync_jobs')).toEqual([{ status: 'completed', error: null }])

  /** Columns of a view as texts of one line, numbers without trailing zeros. */
  async function view(name: string, columns: string, { where = 'true', order = '1' } = {}): Promise<readonly string[]> {
    const rows = await query<Record<string, unknown>>(
      `select ${columns} from metrics.${name} where ${where} order by ${order}`,
    )
    return rows.map((row) => Object.values(row).map(short).join(' '))
  }
  return { ...more, query, view, tenant: request.tenantId }
}

const short = (value: unknown) =>
  typeof value === 'string' && /^-?\d+\.\d+$/.test(value) ? String(Number(Number(value).toFixed(4))) : String(value)
