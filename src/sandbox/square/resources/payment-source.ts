import { money } from '../money.ts'
import type { Fields } from '../square-object.ts'
import { second, timestamp } from '../timestamps.ts'
import type { PaymentFacts } from './payment-facts.ts'

/** What a payment was made with, and the field that only payments of that kind have. */
export function sourceDetails(facts: PaymentFacts, created: number): Fields {
  const { source, amount, tip, currency } = facts
  switch (source) {
    case 'CARD':
      return { source_type: source, card_details: cardDetails(facts, created) }
    case 'CASH':
      return {
        source_type: source,
        cash_details: {
          buyer_supplied_money: money(amount + tip, currency),
          change_back_money: money(0, currency),
        },
      }
    case 'WALLET':
      return { source_type: source, wallet_details: { status: 'CAPTURED', brand: 'CASH_APP' } }
    case 'BANK_ACCOUNT':
      return {
        source_type: source,
        bank_account_details: { bank_name: 'Banque Générale', transfer_type: 'ACH', country: 'US' },
      }
    case 'EXTERNAL':
      return { source_type: source, external_details: { type: 'CHECK', source: 'Cheque by post' } }
    case 'SQUARE_ACCOUNT':
      return { source_type: source, square_account_details: { payment_source_token: 'psrc_1' } }
  }
}

const cardStatus = {
  APPROVED: 'AUTHORIZED',
  PENDING: 'AUTHORIZED',
  COMPLETED: 'CAPTURED',
  CANCELED: 'VOIDED',
  FAILED: 'FAILED',
} as const

function cardDetails({ status, brand, last4 }: PaymentFacts, created: number): Fields {
  return {
    status: cardStatus[status],
    card: {
      card_brand: brand,
      last_4: last4,
      exp_month: 1 + (Number(last4) % 12),
      exp_year: 2030,
      fingerprint: `sq-1-${last4}`,
      card_type: 'CREDIT',
      prepaid_type: 'NOT_PREPAID',
      bin: '411111',
    },
    entry_method: 'KEYED',
    cvv_status: 'CVV_ACCEPTED',
    avs_status: 'AVS_ACCEPTED',
    ...(status === 'FAILED'
      ? { errors: [{ category: 'PAYMENT_METHOD_ERROR', code: 'GENERIC_DECLINE', detail: 'Card declined.' }] }
      : { auth_result_code: 'vNEn2f' }),
    statement_description: 'SQ *MAIN STREET',
    card_payment_timeline: {
      authorized_at: timestamp(created),
      ...(status === 'COMPLETED' ? { captured_at: timestamp(created + second) } : {}),
    },
  }
}
