import * as tables from '../../../db/schema.ts'
import { decimal, flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { embeddedList } from '../embedded.ts'
import { listPage } from '../list.ts'
import { nested, parentId } from '../nested.ts'
import { total } from '../readers.ts'
import { resource } from '../resource.ts'

const lines = nested('credit_note_lines', {
  table: tables.creditNoteLines,
  parent: 'creditNoteId',
  owner: { about: ['creditNoteId'] },
  embedded: (note) => embeddedList(note, 'lines'),
  list: (stripe, note, query) => listPage(stripe, `/v1/credit_notes/${encodeURIComponent(note)}/lines`, query),
  row: mapping<typeof tables.creditNoteLines>({
    creditNoteId: parentId,
    invoiceLineId: at(reference, 'invoice_line_item'),
    type: text,
    description: text,
    amount: integer,
    discountAmount: integer,
    taxAmount: at(total, 'taxes', 'tax_amounts'),
    quantity: integer,
    unitAmount: integer,
    unitAmountDecimal: decimal,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const creditNotes = resource('credit_notes', '/v1/credit_notes', {
  table: tables.creditNotes,
  owner: { customer: ['customerId'], about: ['invoiceId'], owns: ['refundId'] },
  nested: [lines],
  row: mapping<typeof tables.creditNotes>({
    customerId: at(reference, 'customer'),
    invoiceId: at(reference, 'invoice'),
    number: text,
    status: text,
    type: text,
    reason: text,
    currency: text,
    amount: integer,
    subtotal: integer,
    discountAmount: integer,
    taxAmount: at(total, 'total_taxes', 'tax_amounts'),
    total: integer,
    totalExcludingTax: integer,
    prePaymentAmount: integer,
    postPaymentAmount: integer,
    outOfBandAmount: integer,
    refundId: at(reference, 'refunds.0.refund', 'refund'),
    memo: text,
    effectiveAt: unixSeconds,
    voidedAt: unixSeconds,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})
