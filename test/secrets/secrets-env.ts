import { createSecrets } from '../../src/secrets/secrets.ts'
import { openSecretStore } from './secret-store.ts'

export const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
export const name = `billing-sync/${tenantId}/stripe`
export const secretArn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbC123`
export const parameterArn = `arn:aws:ssm:us-east-2:123456789012:parameter/${name}`
export const canary = 'rk_live_canary5Fh2'

export const prefix = 'billing-sync/{tenantId}/'

/** Secrets over the real SDK and a store on this machine, with a clock that stands until it is moved. */
export async function setup(values: Readonly<Record<string, string>> = {}, over: { prefix?: string } = {}) {
  const store = await openSecretStore(values)
  let now = 0
  const secrets = createSecrets(
    { prefix, endpoint: store.endpoint, region: 'eu-central-1', ...over },
    { now: () => now },
  )
  return {
    store,
    secrets,
    open: (accessToken: string | undefined) => secrets.open({ tenantId, accessToken }),
    renew: (accessToken: string, refused: string) => secrets.renew({ tenantId, accessToken }, refused),
    refusal: (accessToken: string) => secrets.open({ tenantId, accessToken }).catch((error: unknown) => error),
    pass: (ms: number) => {
      now += ms
    },
  }
}
