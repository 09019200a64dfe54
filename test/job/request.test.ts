import { describe, expect, it } from 'vitest'
import { parseRequest } from '../../src/job/request.ts'
import { defaults, jobId, named, read, tenantId, text, token } from './request-messages.ts'

describe('a message that can be read', () => {
  const full = {
    ...named,
    accessToken: token,
    additionalData: {
      syncType: 'incremental',
      batchSize: 50,
      forceRefresh: true,
      dryRun: false,
      resources: ['customers'],
    },
  }
  const spellings: Record<string, unknown> = {
    camelCase: full,
    PascalCase: {
      JobId: jobId,
      TenantId: tenantId,
      ProviderName: 'stripe',
      AccessToken: token,
      AdditionalData: { SyncType: 'incremental', BatchSize: 50, ForceRefresh: true, Resources: ['customers'] },
    },
    snake_case: {
      job_id: jobId,
      tenant_id: tenantId,
      provider_name: 'stripe',
      access_token: token,
      additional_data: { sync_type: 'incremental', batch_size: 50, force_refresh: true, resources: ['customers'] },
    },
    'all of them mixed': {
      JobId: jobId,
      tenant_id: tenantId,
      providerName: 'stripe',
      access_token: token,
      AdditionalData: { sync_type: 'incremental', batchSize: 50, ForceRefresh: true, resources: ['customers'] },
    },
  }
  it.each(Object.entries(spellings))('means the same in %s', (_, message) => {
    expect(parseRequest(text(message))).toEqual({ kind: 'request', request: full })
  })

  it('may hold null for everything that is optional, as .NET serialises it', () => {
    const nulls = { SyncType: null, BatchSize: null, ForceRefresh: null, Resources: null }
    const message = { JobId: jobId, TenantId: tenantId, ProviderName: 'stripe', AccessToken: null }
    expect(parseRequest(text({ ...message, AdditionalData: nulls }))).toEqual({
      kind: 'request',
      request: { ...named, additionalData: { ...defaults, batchSize: null, resources: null } },
    })
  })

  const absences: Record<string, object> = {
    absent: {},
    null: { additionalData: null },
    empty: { additionalData: {} },
  }
  it.each(Object.entries(absences))('has the defaults where additionalData is %s', (_, part) => {
    expect(parseRequest(text({ ...named, ...part }))).toEqual({
      kind: 'request',
      request: { ...named, additionalData: defaults },
    })
  })

  it('is read without its whitespace and capitals where they mean nothing', () => {
    const message = {
      jobId: jobId.toUpperCase(),
      tenantId: tenantId.toUpperCase(),
      providerName: ' Stripe ',
      accessToken: ` ${token}\n`,
      additionalData: { syncType: 'FULL' },
    }
    expect(parseRequest(` ${text(message)}\r\n`)).toEqual({
      kind: 'request',
      request: { ...named, accessToken: token, additionalData: defaults },
    })
  })

  it('brings no token when the token is blank', () => {
    expect(parseRequest(text({ ...named, accessToken: ' ' }))).toEqual({
      kind: 'request',
      request: { ...named, accessToken: undefined, additionalData: defaults },
    })
  })

  it.each([
    ['the empty one', '00000000-0000-0000-0000-000000000000'],
    ['a sequential one, whose version and variant are of no RFC', 'e3a1f9b2-c4d5-0ef6-13a2-08dc7f2b9c11'],
    ['a version 7', '0198c0de-7a3b-7c11-9d2e-5f6a7b8c9d0e'],
  ])('may name its tenant by any Guid of .NET: %s', (_, guid) => {
    expect(parseRequest(text({ ...named, tenantId: guid }))).toMatchObject({ request: { tenantId: guid } })
  })
})

it('an account is named without its mode, which the key says', () => {
  expect(read(text({ ...named, account: 'acct_1' }))).toMatchObject({ kind: 'request', request: { account: 'acct_1' } })
  for (const account of ['acct_1:test', 'sk_live_canary5Fh2'])
    expect(read(text({ ...named, account }))).not.toMatchObject({ kind: 'request' })
})
