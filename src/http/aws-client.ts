export interface AwsEndpoint {
  /** Another endpoint than the region's. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
  /** The address that requests go to, if it is known. Default: `endpoint`. */
  readonly address?: string | undefined
}

/** Milliseconds until a call is made again, twice at most. */
export interface AwsTimeouts {
  readonly connectionTimeout: number
  readonly requestTimeout: number
}

/** A network that falls silent must not hang a delivery. */
const defaultTimeouts: AwsTimeouts = { connectionTimeout: 2_000, requestTimeout: 5_000 }

/** The options of a client of the AWS SDK. */
export function awsClientConfig(
  { endpoint, region, address = endpoint }: AwsEndpoint,
  timeouts: AwsTimeouts = defaultTimeouts,
) {
  return {
    maxAttempts: 3,
    // Without `throwOnRequestTimeout` the SDK only logs a warning.
    requestHandler: { ...timeouts, throwOnRequestTimeout: true },
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    // A server on this machine checks no identity, but the SDK signs nothing without one.
    ...(isLoopback(address)
      ? { region: region ?? 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
      : {}),
  }
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false
  // Not by address.ts: the handler holds that file, and a file that it loads on demand may not (scripts/build.ts).
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname)
}
