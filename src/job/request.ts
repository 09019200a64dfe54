import * as z from 'zod'
import { SyncError } from '../errors.ts'

/** Limits of a message's body. SQS takes 1 MiB; a request has no use for it. */
export const bodyLimits = { bytes: 256 * 1024, depth: 64, keys: 10_000 } as const

const uuid = z.uuid('a UUID').transform((text) => text.toLowerCase())

const additionalData = z.strictObject({
  syncType: z
    .string('"full" or "incremental"')
    .toLowerCase()
    .pipe(z.enum(['full', 'incremental'], '"full" or "incremental"'))
    .default('full'),
  batchSize: z
    .int('a whole number from 1 to 100')
    .min(1, 'a whole number from 1 to 100')
    .max(100, 'a whole number from 1 to 100')
    .nullish(),
  forceRefresh: z
    .boolean('true or false')
    .nullish()
    .transform((force) => force ?? false),
  resources: z
    .array(z.string('a list of resource names'), 'a list of resource names')
    .min(1, 'a list of at least one resource name')
    .nullish(),
})

const syncJobRequest = z.strictObject({
  jobId: uuid,
  tenantId: uuid,
  providerName: z.string('text').trim().min(1, 'a provider name').max(100, 'a provider name').toLowerCase(),
  accessToken: z
    .string('text')
    .max(10_000, 'at most 10000 characters')
    .nullish()
    .transform((token) => token?.trim() || undefined),
  additionalData: additionalData.nullish().transform((data) => data ?? additionalData.parse({})),
})

/** What a message asks for. `accessToken` is a secret: it goes to the provider and nowhere else. */
export type SyncJobRequest = z.infer<typeof syncJobRequest>

export type Parsed =
  | { readonly kind: 'request'; readonly request: SyncJobRequest }
  /** The job is named but what it asks for is wrong: it fails, and the row says why. `request` has its identity only. */
  | { readonly kind: 'invalid'; readonly request: SyncJobRequest; readonly error: SyncError }
  /** There is no job to blame. */
  | { readonly kind: 'unreadable'; readonly error: SyncError }

/** A message's body → what it asks for. camelCase, PascalCase and snake_case keys mean the same. Never throws. */
export function parseRequest(body: string): Parsed {
  const unreadable = (reason: string): Parsed => ({
    kind: 'unreadable',
    error: new SyncError('unreadable', 'unreadable_message', `message: ${reason}`),
  })
  const bytes = Buffer.byteLength(body)
  if (bytes > bodyLimits.bytes) return unreadable(`the body has ${bytes} bytes, at most ${bodyLimits.bytes} are read`)
  const { depth, keys } = measure(body)
  if (depth > bodyLimits.depth) return unreadable(`the body is nested more than ${bodyLimits.depth} deep`)
  if (keys > bodyLimits.keys) return unreadable(`the body has more than ${bodyLimits.keys} keys`)
  let value: unknown
  try {
    value = JSON.parse(body, (_, one) => (typeof one === 'string' ? storable(one) : one))
  } catch {
    return unreadable('the body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadable('the body is not an object')
  if (countKeys(value) !== keys) return unreadable('the body names a key twice')

  const top = rename(value, Object.keys(syncJobRequest.shape))
  const inner = top.renamed.additionalData
  const data =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? rename(inner, Object.keys(additionalData.shape))
      : undefined
  const problems = [...top.problems, ...(data?.problems ?? []).map((one) => `additionalData: ${one}`)]
  const parsed = syncJobRequest.safeParse(data ? { ...top.renamed, additionalData: data.renamed } : top.renamed, {
    reportInput: true,
  })
  if (parsed.success && problems.length === 0) return { kind: 'request', request: parsed.data }
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap(describe))
  const reason = problems.slice(0, 10).join('; ')
  const { jobId, tenantId, providerName } = top.renamed
  const identity = syncJobRequest.safeParse({ jobId, tenantId, providerName })
  if (!identity.success) return unreadable(reason)
  const error = new SyncError('reject', 'invalid_request', `request: ${reason}`)
  return { kind: 'invalid', request: identity.data, error }
}

/** Postgres takes neither NUL nor lone surrogates, not even in the sentence that says what is wrong with them. */
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

interface Renamed {
  readonly renamed: Readonly<Record<string, unknown>>
  readonly problems: readonly string[]
}

/** Keys by what they mean: case and underscores aside. Unknown and doubled keys are named. */
function rename(value: object, known: readonly string[]): Renamed {
  const plain = (key: string) => key.toLowerCase().replaceAll('_', '')
  const names = new Map(known.map((name) => [plain(name), name]))
  const renamed: Record<string, unknown> = {}
  const problems: string[] = []
  for (const [key, one] of Object.entries(value)) {
    const name = names.get(plain(key))
    if (!name || key.startsWith('_'))
      problems.push(`the key ${JSON.stringify(key.slice(0, 60))} is not known; known are ${known.join(', ')}`)
    else if (name in renamed) problems.push(`the key ${name} is given twice, in two spellings`)
    else if (one !== undefined) renamed[name] = one
  }
  return { renamed, problems }
}

function describe(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') return []
  const field = issue.path.join('.') || 'the body'
  const found =
    issue.input === undefined
      ? 'nothing'
      : Array.isArray(issue.input)
        ? 'a list'
        : issue.input === null
          ? 'null'
          : typeof issue.input
  return [
    `${field} must be ${issue.message.startsWith('Invalid input') ? 'present' : issue.message}, found ${field === 'accessToken' ? 'something else' : found}`,
  ]
}

/** Nesting depth and number of keys of JSON text, without parsing it. */
function measure(json: string): { readonly depth: number; readonly keys: number } {
  let depth = 0
  let deepest = 0
  let keys = 0
  let inText = false
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at)
    if (inText) {
      if (character === 0x5c) at++
      else if (character === 0x22) inText = false
    } else if (character === 0x22) inText = true
    else if (character === 0x7b || character === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (character === 0x7d || character === 0x5d) depth--
    else if (character === 0x3a) keys++
  }
  return { depth: deepest, keys }
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, one) => sum + countKeys(one), own)
}
