import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { Reference } from './reference.ts'
import type { FetchSecret, SecretSettings } from './secrets.ts'

/** Milliseconds a call may take until it is made again, twice at most. */
const timeouts = { connectionTimeout: 2_000, requestTimeout: 5_000 } as const

/** Both stores through the SDK, a client for each region that is named. */
export function openAws(settings: SecretSettings): FetchSecret {
  const managers = new Map<string | undefined, SecretsManagerClient>()
  const parameters = new Map<string | undefined, SSMClient>()
  return async ({ store, id, region = settings.region }) => {
    if (store === 'secretsmanager') {
      const client = managers.get(region) ?? new SecretsManagerClient(clientConfig(settings, region))
      managers.set(region, client)
      return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString
    }
    const client = parameters.get(region) ?? new SSMClient(clientConfig(settings, region))
    parameters.set(region, client)
    const { Parameter } = await client.send(new GetParameterCommand({ Name: id, WithDecryption: true }))
    return Parameter?.Value
  }
}

function clientConfig({ endpoint }: SecretSettings, region: Reference['region']) {
  const loopback = endpoint !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname)
  return {
    maxAttempts: 3,
    requestHandler: { ...timeouts, throwOnRequestTimeout: true },
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    // A store on this machine asks for no identity, but the SDK must have one to sign with.
    ...(loopback ? { region: region ?? 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {}),
  }
}
