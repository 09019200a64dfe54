import * as z from 'zod'
import { pointer, scalar } from './schema-parts.ts'

export const readerNames = [
  'text',
  'id',
  'integer',
  'wholeText',
  'flag',
  'object',
  'json',
  'decimal',
  'currency',
  'dateTime',
  'unixSeconds',
  'unixMilliseconds',
  'date',
] as const

export type ReaderName = (typeof readerNames)[number]

/** What fills a column. */
export const column = z.union([
  pointer,
  z.strictObject({
    at: z.union([pointer, z.array(pointer).min(1)]).describe('The first of several places that has a value counts.'),
    read: z.enum(readerNames).optional().describe('Absent: the reader that fits the type of the column.'),
  }),
  z
    .strictObject({ money: z.strictObject({ amount: pointer, currency: pointer }) })
    .describe('A decimal amount, as text or number, in the minor unit of its currency.'),
  z.strictObject({ at: pointer, is: z.array(scalar).min(1) }).describe('Whether the value is one of these.'),
  z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) }).describe('The same value in each row.'),
])

export const columns = z
  .record(z.string().min(1), column)
  .describe('Columns of the table by their names in SQL. A column that is not named is null.')

export type ColumnPart = z.infer<typeof column>
