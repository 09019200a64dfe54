import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { awsClientConfig } from '../http/aws-client.ts'
import type { FetchSecret, SecretSettings } from './store.ts'

/** Both stores through the SDK, with a client for each region. */
export function openAws(settings: SecretSettings): FetchSecret {
  const { endpoint } = settings
  const secretsManagerIn = perRegion((region) => new SecretsManagerClient(awsClientConfig({ endpoint, region })))
  const parameterStoreIn = perRegion((region) => new SSMClient(awsClientConfig({ endpoint, region })))
  return async ({ store, id, region = settings.region }) => {
    if (store === 'secretsmanager')
      return (await secretsManagerIn(region).send(new GetSecretValueCommand({ SecretId: id }))).SecretString
    const { Parameter } = await parameterStoreIn(region).send(
      new GetParameterCommand({ Name: id, WithDecryption: true }),
    )
    return Parameter?.Value
  }
}

type Region = string | undefined

/** Creates the client of a region at its first use. */
function perRegion<Client>(create: (region: Region) => Client): (region: Region) => Client {
  const clients = new Map<Region, Client>()
  return (region) => {
    const client = clients.get(region) ?? create(region)
    clients.set(region, client)
    return client
  }
}
