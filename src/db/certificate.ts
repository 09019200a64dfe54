import { SyncError } from '../errors.ts'

const name = 'Root Certificate of the connection string'
const unknownAuthority = [
  'is signed by an authority that is not trusted',
  `Put the certificate of the authority into the ${name}, for RDS its global bundle.`,
] as const
const otherHost = ['is for another host', 'Put the name that it was issued for into Host.'] as const

/** What is wrong with a certificate that was not accepted, and what to do, by the code that Node gives the error. */
const problems: ReadonlyMap<string, readonly [problem: string, advice: string]> = new Map<
  string,
  readonly [string, string]
>([
  ['ERR_TLS_CERT_ALTNAME_INVALID', otherHost],
  ['HOSTNAME_MISMATCH', otherHost],
  ['CERT_HAS_EXPIRED', ['has expired', 'Renew it on the server, or the one in the Root Certificate.']],
  ['CERT_NOT_YET_VALID', ['is not valid yet', 'Compare the clocks of the server and of the worker.']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['is self-signed', `Put it into the ${name} if you trust it.`]],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority],
  ['CERT_UNTRUSTED', unknownAuthority],
  ['CERT_SIGNATURE_FAILURE', unknownAuthority],
  ['INVALID_CA', unknownAuthority],
  ['INVALID_PURPOSE', ['is not one for servers', 'Install one for servers there.']],
  ['CERT_REVOKED', ['has been revoked', 'Install another one there.']],
])

/** What the driver says of a server without TLS; it gives it no code. Only the words depend on it: it is retried either way. */
const plainText = 'The server does not support SSL connections'

/** A connection that was refused by us, because the server did not prove who it is. Undefined for any other error. */
export function certificateFailure(error: unknown): SyncError | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = problems.get(code)
  if (known) {
    const [problem, advice] = known
    const message = `database: the certificate of the server ${problem} (${code}). ${advice}`
    return new SyncError('retry', 'database_certificate', message)
  }
  if (error.message !== plainText) return undefined
  return new SyncError(
    'retry',
    'database_certificate',
    'database: the server does not speak TLS, and SSL Mode demands it. Switch TLS on there, or choose another SSL Mode on a network that you trust.',
  )
}
