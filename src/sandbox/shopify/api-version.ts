import { schemaVersion } from './graphql/schema.ts'

/**
 * The version that answers a request for another: a version that is no longer supported falls forward to the oldest that
 * is, https://shopify.dev/docs/api/usage/versioning. Undefined for a version that there never was.
 */
export function servedVersion(asked: string, oldest: string): string | undefined {
  if (asked === 'unstable') return asked
  if (!/^\d{4}-(01|04|07|10)$/.test(asked) || asked > schemaVersion) return undefined
  return asked < oldest ? oldest : asked
}
