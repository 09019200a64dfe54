import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { awsClientConfig } from '../http/aws-client.ts'
import type { FetchSecret, SecretSettings } from './store.ts'

/** Both stores through the SDK, with a client for each region. */
export function openAws(settings: SecretSettings): FetchSecret {
  const managers = new Map<string | undefined, SecretsManagerClient>()
  const parameters = new Map<string | undefined, SSMClient>()
  return async ({ store, id, region = settings.region }) => {
    if (store === 'secretsmanager') {
      const client =
        managers.get(region) ?? new SecretsManagerClient(awsClientConfig({ endpoint: settings.endpoint, region }))
      managers.set(region, client)
      return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString
    }
    const client = parameters.get(region) ?? new SSMClient(awsClientConfig({ endpoint: settings.endpoint, region }))
    parameters.set(region, client)
    const { Parameter } = await client.send(new GetParameterCommand({ Name: id, WithDecryption: true }))
    return Parameter?.Value
  }
}
