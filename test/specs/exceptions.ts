import { readFileSync } from 'node:fs'
import type { Difference } from './open-api.ts'

/** A call or a field that is not in a vendor's file, and where it is documented instead. */
export interface Exception {
  readonly vendor: 'square' | 'stripe' | 'paypal'
  readonly operation: string
  readonly in: Difference['in']
  readonly field: string
  /** The one more value of an enumeration. */
  readonly value?: string | number
  readonly source: string
}

export const exceptions: readonly Exception[] = JSON.parse(
  readFileSync(new URL('./exceptions.json', import.meta.url), 'utf8'),
)

/** The exceptions that some check needed. */
export const usedExceptions = new Set<Exception>()

/** The differences that no exception of the vendor allows, a sentence each. */
export function unexpected(vendor: Exception['vendor'], differences: readonly Difference[]): readonly string[] {
  return differences
    .filter((difference) => {
      const exception = exceptions.find((exception) => allows(exception, vendor, difference))
      if (exception) usedExceptions.add(exception)
      return exception === undefined
    })
    .map(({ operation, in: place, field, what }) => `${operation}: ${place} ${field} ${what}`)
}

function allows(exception: Exception, vendor: string, difference: Difference): boolean {
  return (
    exception.vendor === vendor &&
    isOperation(exception.operation, difference.operation) &&
    exception.in === difference.in &&
    exception.field === difference.field &&
    exception.value === difference.value
  )
}

/** The name of an unknown call has its ids, and that of an exception a `{parameter}` in their place. */
function isOperation(name: string, seen: string): boolean {
  const [parts, seenParts] = [name.split('/'), seen.split('/')]
  return parts.length === seenParts.length && parts.every((part, at) => part === seenParts[at] || part.startsWith('{'))
}
