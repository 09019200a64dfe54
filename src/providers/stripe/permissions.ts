/** The most characters of a sentence that are looked at. */
const longest = 3_000

/** The names of the permissions that a restricted key lacks, as Stripe's sentence gives them: `rak_customer_read`. */
export function missingPermissions(message: unknown): readonly string[] {
  if (typeof message !== 'string') return []
  return [...new Set(message.slice(0, longest).match(/\brak_[a-z][a-z_]{1,60}\b/g))].slice(0, 5)
}
