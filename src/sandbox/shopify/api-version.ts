import { schemaVersion } from './graphql/schema.ts'

/**
 * The version that answers a request for another: a version that is no longer supported falls forward to the oldest that
 * is, https://shopify.dev/docs/api/usage/versioning. Undefined for a version that there never was.
 */
export function servedVersion(version: string, oldest: string): string | undefined {
  if (version === 'unstable') return version
  if (!/^\d{4}-(01|04|07|10)$/.test(version) || version > schemaVersion) return undefined
  return version < oldest ? oldest : version
}
