import type { Owner } from '../../../provider/owner.ts'
import { stepsOf } from './pointer.ts'
import type { OwnerPart } from './schema.ts'
import type { KnownTable } from './tables.ts'

/** The owner of a table's rows as the core has it. Customers own themselves. */
export function ownerOf(part: OwnerPart | null | undefined, known: KnownTable): Owner | null {
  if (part === undefined && known.name === 'customers') return {}
  if (!part) return null
  const field = (text: string) => (text.startsWith('/') ? { path: stepsOf(text).join('.') } : codeName(text, known))
  const { customer, about, owns, customerMayBeMissing } = part
  return {
    ...(customer && { customer: customer.map(field) }),
    ...(about && { about: about.map(field) }),
    ...(owns && { owns: owns.map(field) }),
    ...(customerMayBeMissing && { customerMayBeMissing }),
  }
}

/** A column's name in code. The manifest was checked for unknown ones. */
export function codeName(column: string, known: KnownTable): string {
  const knownColumn = known.columns.get(column)
  if (knownColumn) return knownColumn.name
  throw new Error(`manifest: ${known.name} has no column ${column}`)
}
