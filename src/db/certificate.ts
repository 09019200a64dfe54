import { SyncError } from '../errors.ts'

const name = 'Root Certificate of the connection string'
const unknownAuthority = `is signed by an authority that is not trusted; put the authority's certificate into the ${name} (for RDS its global bundle)`

/** OpenSSL's words for a certificate that was not accepted, by the code that Node gives the error. */
const problems: ReadonlyMap<string, string> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another host; put the name it was issued for into Host'],
  ['HOSTNAME_MISMATCH', 'is for another host; put the name it was issued for into Host'],
  ['CERT_HAS_EXPIRED', 'has expired; renew it on the server, or the one in the Root Certificate'],
  ['CERT_NOT_YET_VALID', 'is not valid yet; compare the clocks'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', `is self-signed; if you trust it, put it into the ${name}`],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority],
  ['CERT_UNTRUSTED', unknownAuthority],
  ['CERT_SIGNATURE_FAILURE', unknownAuthority],
  ['INVALID_CA', unknownAuthority],
  ['INVALID_PURPOSE', 'is not one for servers'],
  ['CERT_REVOKED', 'has been revoked'],
])

/** What the driver says of a server without TLS; it gives it no code. Only the words depend on it: it is retried either way. */
const plainText = 'The server does not support SSL connections'

/** A connection that was refused by us, because the server did not prove who it is. Undefined for any other error. */
export function certificateFailure(error: unknown): SyncError | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const problem = problems.get(code)
  if (problem)
    return new SyncError('retry', 'database_certificate', `database: the server's certificate ${problem} (${code})`)
  if (error.message !== plainText) return undefined
  return new SyncError(
    'retry',
    'database_certificate',
    'database: the server does not speak TLS and SSL Mode demands it; switch it on there, or choose another SSL Mode on a network you trust',
  )
}
