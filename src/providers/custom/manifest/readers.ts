import type { Kit } from '../kit.ts'
import type { ReaderName } from './schema-columns.ts'
import type { timeReaders } from './schema-parts.ts'
import type { KnownColumn } from './tables.ts'

type Reader = (value: unknown) => unknown
export type TimeReaderName = (typeof timeReaders)[number]

/** The types of columns that a reader may fill. */
export const columnTypes: Readonly<Record<ReaderName, readonly KnownColumn['type'][]>> = {
  text: ['text'],
  id: ['text'],
  integer: ['bigint'],
  wholeText: ['bigint'],
  flag: ['boolean'],
  object: ['jsonb'],
  json: ['jsonb'],
  decimal: ['numeric'],
  currency: ['text'],
  dateTime: ['timestamp'],
  unixSeconds: ['timestamp'],
  unixMilliseconds: ['timestamp'],
  date: ['timestamp'],
}

/** The reader of a column for which a manifest names none. */
export function usualReader(name: string, type: KnownColumn['type']): ReaderName {
  switch (type) {
    case 'text':
      if (name.endsWith('_id')) return 'id'
      return name === 'currency' || name.endsWith('_currency') ? 'currency' : 'text'
    case 'bigint':
      return 'integer'
    case 'boolean':
      return 'flag'
    case 'numeric':
      return 'decimal'
    case 'jsonb':
      return 'object'
    case 'timestamp':
      return 'dateTime'
  }
}

export function readerOf(name: ReaderName, kit: Kit): Reader {
  const { fields, money } = kit
  switch (name) {
    case 'text':
      return fields.text
    case 'integer':
      return fields.integer
    case 'flag':
      return fields.flag
    case 'object':
      return fields.object
    case 'decimal':
      return fields.decimal
    case 'unixSeconds':
      return fields.unixSeconds
    case 'id':
      return (value) => idText(value)
    case 'json':
      return (value) => value
    case 'wholeText':
      return (value) => fields.integer(typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value)
    case 'currency':
      return money.currencyCode
    case 'dateTime':
    case 'unixMilliseconds':
    case 'date':
      return timeOf(name, kit)
  }
}

export function timeOf(name: TimeReaderName, { fields }: Kit): (value: unknown) => Date | null {
  switch (name) {
    case 'dateTime':
      return fields.dateTime
    case 'unixSeconds':
      return fields.unixSeconds
    case 'unixMilliseconds':
      return (value) => {
        const ms = fields.integer(value)
        return ms !== null && ms >= 0 && ms < 253_402_300_800_000 ? new Date(ms) : null
      }
    case 'date':
      return (value) =>
        typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? fields.dateTime(`${value}T00:00:00Z`) : null
  }
}

/** An id as text: many APIs have numbers. Null if it is neither. */
export function idText(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 1_024 ? value : null
}
