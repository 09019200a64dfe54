import type Stripe from 'stripe'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt } from './charge-facts.ts'

/** An invoice payment for each charge. Since basil only this object links an invoice to its payment. */
export const invoicePayments: Resource = {
  path: '/v1/invoice_payments',
  object: 'invoice_payment',
  idPrefix: 'inpay_',
  createdField: 'created',
  relation: { parent: 'invoices', field: 'invoice', pattern: [1, 1, 1, 1, 1, 0], delay: () => 0 },
  generate,
  filters: {
    invoice: (payment, value) => payment.invoice === value,
    status: (payment, value) => payment.status === value,
    'payment[type]': (payment, value) => (payment.payment as Stripe.InvoicePayment.Payment).type === value,
    'payment[payment_intent]': (payment, value) =>
      (payment.payment as Stripe.InvoicePayment.Payment).payment_intent === value,
  },
  expandable: {
    invoice: (payment, live) => ({ invoice: live.invoices.retrieve(String(payment.invoice)) ?? null }),
    payment: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, dataset }: GenerationInput) {
  const { amount, currency, failed } = chargeAt(dataset, n)
  const intent = dataset.ref('payment_intents', n)
  const invoice = dataset.parent('invoice_payments', n)
  return {
    id,
    object: 'invoice_payment',
    amount_paid: failed ? null : amount,
    amount_requested: amount,
    created,
    currency,
    invoice: dataset.id('invoices', invoice ?? 0),
    is_default: true,
    livemode,
    payment: intent
      ? { payment_intent: intent, type: 'payment_intent' }
      : { charge: dataset.id('charges', n), type: 'charge' },
    status: failed ? 'open' : 'paid',
    status_transitions: { canceled_at: null, paid_at: failed ? null : created },
  } satisfies Wire<Stripe.InvoicePayment>
}
