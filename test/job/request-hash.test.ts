import { describe, expect, it } from 'vitest'
import { parseRequest, type SyncJobRequest } from '../../src/job/request.ts'
import { requestHash, reusedJobId } from '../../src/job/request-hash.ts'

const identity = {
  jobId: '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10',
  tenantId: '0c5c1f0e-5f0a-4f0c-9a55-3a3f1c2b7d11',
  providerName: 'stripe',
}

function requestOf(body: object): SyncJobRequest {
  const parsed = parseRequest(JSON.stringify({ ...identity, ...body }))
  if (parsed.kind !== 'request') throw new Error('not a request')
  return parsed.request
}

const hashOf = (body: object) => requestHash(requestOf(body)).toString('hex')
const named = { additionalData: { resources: ['customers', 'products'], syncType: 'incremental' } }

describe('the hash of a request', () => {
  const same: Readonly<Record<string, object>> = {
    'another token': { ...named, accessToken: 'sk_live_renewed' },
    'other spellings of its keys': {
      additional_data: { Resources: ['customers', 'products'], SYNC_TYPE: 'Incremental' },
    },
    'its resources in another order, one of them twice': {
      additionalData: { ...named.additionalData, resources: ['products', 'customers', 'products'] },
    },
    'defaults written out': {
      additionalData: { ...named.additionalData, forceRefresh: false, dryRun: false, batchSize: null },
    },
  }
  it.each(Object.entries(same))('is the same with %s', (_, body) => {
    expect(hashOf(body)).toBe(hashOf(named))
  })

  it('is the same with "*" and any name beside it', () => {
    expect(hashOf({ additionalData: { resources: ['*', 'customers'] } })).toBe(
      hashOf({ additionalData: { resources: ['*'] } }),
    )
  })

  it('is the same as that of a version that did not know a field, unless the field says something', () => {
    const request = requestOf(named)
    const { dryRun: _, ...older } = request.additionalData
    const olderHash = requestHash({ ...request, additionalData: older as typeof request.additionalData })
    expect(requestHash(request)).toEqual(olderHash)
    expect(hashOf({ additionalData: { ...named.additionalData, dryRun: true } })).not.toBe(olderHash.toString('hex'))
  })

  const other: Readonly<Record<string, object>> = {
    'a resource more': { additionalData: { ...named.additionalData, resources: ['customers', 'products', 'prices'] } },
    'another kind of sync': { additionalData: { ...named.additionalData, syncType: 'full' } },
    force_refresh: { additionalData: { ...named.additionalData, forceRefresh: true } },
    dry_run: { additionalData: { ...named.additionalData, dryRun: true } },
    'a batch size': { additionalData: { ...named.additionalData, batchSize: 5 } },
    'no resources named': { additionalData: { syncType: 'incremental' } },
  }
  it.each(Object.entries(other))('differs with %s', (_, body) => {
    expect(hashOf(body)).not.toBe(hashOf(named))
  })
})

describe('the error of a reused id', () => {
  it('names the fields that differ, as they were and as they are', () => {
    const stored = { options: requestOf({ additionalData: { resources: ['customers'] } }).additionalData }
    const now = requestOf({
      accessToken: 'sk_live_secret',
      additionalData: { resources: ['customers', 'products'], batchSize: 7 },
    })
    const error = reusedJobId(stored, now)
    expect(error).toMatchObject({ verdict: 'unreadable', code: 'job_id_reused' })
    expect(error.message).toBe(
      `message: job ${identity.jobId} was sent before with another body. batchSize was absent and is now 7. resources was customers and is now customers, products. Nothing was read. Send it with a new jobId.`,
    )
  })
})
