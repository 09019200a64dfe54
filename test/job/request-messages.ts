import { type ParsedRequest, parseRequest } from '../../src/job/request.ts'

export const jobId = '7d1f6f0e-8d3b-4f0e-9f43-6d3f6b1f0a01'

export const tenantId = '0b7c1f52-1f7a-4a53-8f0e-2d5a9f3c7e02'

export const token = 'tok-canary-5Fh2'

export const named = { jobId, tenantId, providerName: 'stripe' }

export const defaults = { syncType: 'full', forceRefresh: false, dryRun: false }

export const text = (value: unknown) => JSON.stringify(value)

/** What a message is found to be, in words. */
export const read = (body: string) => said(parseRequest(body))

export const said = (parsed: ParsedRequest) =>
  parsed.kind === 'request' ? parsed : { kind: parsed.kind, code: parsed.error.code, message: parsed.error.message }

export type Case = readonly [body: string, sentence: string]
