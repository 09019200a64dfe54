import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openConfig } from '../../src/config/load.ts'
import { openSettings } from '../../src/secrets/open-settings.ts'
import { openSecretStore } from '../secrets/secret-store.ts'
import { schemaFields } from './settings.ts'

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:billing-sync/prod'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
})
afterEach(() => void vi.unstubAllEnvs())

async function openStore(secrets: Readonly<Record<string, string>>) {
  const store = await openSecretStore(secrets)
  vi.stubEnv('Secrets__Endpoint', store.endpoint)
  return store
}

function inFolder(settings: object = {}): string {
  const path = join(mkdtempSync(join(tmpdir(), 'open-config-')), 'appsettings.json')
  writeFileSync(path, JSON.stringify(settings))
  return path
}

test('every secret setting may be a reference, of the environment or of the file, and each secret is read once', async () => {
  const secrets = schemaFields.filter(({ secret }) => secret)
  const shaped: Readonly<Record<string, string>> = {
    DefaultConnection: 'Host=h;Database=d;Username=u',
    Url: 'amqp://worker:password@broker.test',
    EventsUrl: 'amqp://worker:password@broker.test/events',
  }
  const values = Object.fromEntries(secrets.map(({ name }) => [name, shaped[name] ?? `value of ${name}`]))
  const store = await openStore({ [arn]: JSON.stringify(values), '/plain': ' sk_live_plain1\n' })
  const references = (name: string) => `${arn}#${name}`
  for (const { section, name } of secrets) vi.stubEnv(`${section}__${name}`, references(name))
  const config = await openConfig(openSettings, inFolder())
  expect(config.database).toMatchObject({ host: 'h', database: 'd' })
  expect(config.Stripe).toMatchObject({ ApiKey: 'value of ApiKey', WebhookSecret: 'value of WebhookSecret' })
  expect(config.Queue.Url).toBe('amqp://worker:password@broker.test')
  expect(store.requests).toHaveLength(1)
  vi.stubEnv('Stripe__ApiKey', '')
  const fromFile = await openConfig(openSettings, inFolder({ Stripe: { ApiKey: 'ssm:/plain' } }))
  expect(fromFile.Stripe.ApiKey).toBe('sk_live_plain1')
})

test('settings that hold their values ask no store', async () => {
  const store = await openStore({})
  vi.stubEnv('Stripe__ApiKey', 'sk_live_1')
  expect((await openConfig(openSettings, inFolder())).Stripe.ApiKey).toBe('sk_live_1')
  expect(store.requests).toEqual([])
})

test.each([
  [
    'a secret that is not there',
    `${arn}/none`,
    'secret_not_found',
    /billing-sync\/prod\/none does not exist \(ResourceNotFoundException\).* The setting Stripe\.ApiKey refers to it\./,
  ],
  [
    'a field that is not there',
    `${arn}#None`,
    'secret_unusable',
    /is not a JSON object with that field.* The setting Stripe\.ApiKey refers to it\./,
  ],
  [
    'what only begins like a reference',
    'arn:aws:s3:::bucket',
    'bad_secret_reference',
    /^secret: the setting Stripe\.ApiKey begins like a reference/,
  ],
])('%s is said with the setting, and never with a value', async (_, reference, code, sentence) => {
  await openStore({ [arn]: '{"ApiKey":"sk_live_canary1"}' })
  vi.stubEnv('Stripe__ApiKey', reference)
  const error: unknown = await openConfig(openSettings, inFolder()).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) })
  expect(String(error)).not.toContain('canary')
})

test('a connection string of a secret that is wrong is said to be of the secret', async () => {
  await openStore({ [arn]: '{"Db":"Hst=canary"}' })
  vi.stubEnv('ConnectionStrings__DefaultConnection', `${arn}#Db`)
  await expect(openConfig(openSettings, inFolder())).rejects.toThrow(
    /^ConnectionStrings\.DefaultConnection .*\(from the secret that the environment variable ConnectionStrings__DefaultConnection names\)$/,
  )
})
