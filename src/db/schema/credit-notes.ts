import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { decimal, instant, money, whole } from './column.ts'
import { syncedTable } from './synced.ts'

/** Credit notes, which lower finalized invoices. Amounts are in the minor unit of the currency. */
export const creditNotes = syncedTable('credit_notes', {
  customerId: text('customer_id'),
  invoiceId: text('invoice_id'),
  number: text('number'),
  /** Stripe: issued or void. */
  status: text('status'),
  /** Stripe: pre_payment, post_payment or mixed. */
  type: text('type'),
  reason: text('reason'),
  currency: text('currency'),
  amount: money('amount'),
  subtotal: money('subtotal'),
  discountAmount: money('discount_amount'),
  taxAmount: money('tax_amount'),
  total: money('total'),
  totalExcludingTax: money('total_excluding_tax'),
  /** Amount that lowered the invoice before payment. */
  prePaymentAmount: money('pre_payment_amount'),
  /** Amount that was returned after payment. */
  postPaymentAmount: money('post_payment_amount'),
  outOfBandAmount: money('out_of_band_amount'),
  /** Id of the first refund of the credit note. */
  refundId: text('refund_id'),
  memo: text('memo'),
  effectiveAt: instant('effective_at'),
  voidedAt: instant('voided_at'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

/** Lines of credit notes. Amounts are in the currency of the credit note. */
export const creditNoteLines = syncedTable(
  'credit_note_lines',
  {
    creditNoteId: text('credit_note_id'),
    invoiceLineId: text('invoice_line_id'),
    /** Stripe: invoice_line_item or custom_line_item. */
    type: text('type'),
    description: text('description'),
    amount: money('amount'),
    discountAmount: money('discount_amount'),
    taxAmount: money('tax_amount'),
    quantity: whole('quantity'),
    unitAmount: money('unit_amount'),
    unitAmountDecimal: decimal('unit_amount_decimal'),
    livemode: boolean('livemode'),
    metadata: jsonb('metadata'),
  },
  { nested: true, by: ['creditNoteId'] },
)
