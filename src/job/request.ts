import * as z from 'zod'
import type { ProviderKey } from '../db/account-key.ts'
import { SyncError } from '../errors.ts'
import { measureJson, repeatedKeys } from '../json/unparsed.ts'
import { isObject } from '../json/value.ts'
import { redactSecrets } from '../log/redact.ts'
import { largestPage } from '../sync/page-size.ts'

/** The most problems that one sentence lists; the sender corrects those and sends again. */
const problemsListed = 10

/** Limits of a message's body. SQS takes 1 MiB; a request has no use for it. */
export const bodyLimits = { bytes: 256 * 1024, depth: 64, keys: 10_000 } as const

// The texts of a schema say what was expected: `describe` makes the sentence.
const uuid = z.guid('a UUID').transform((text) => text.toLowerCase())
const accountName = 'the id of a provider account without its mode, such as acct_1ABC'
const pageSize = `a whole number from 1 to ${largestPage}`

/** Names are written in rows and logs as they are: a key that came into the wrong field is none. */
function isName(text: string): boolean {
  return redactSecrets(text) === text
}

const additionalData = z.strictObject(
  {
    syncType: z
      .string('"full" or "incremental"')
      .toLowerCase()
      .pipe(z.enum(['full', 'incremental'], '"full" or "incremental"'))
      .nullish()
      .transform((type) => type ?? 'full')
      // For the JSON Schema, which cannot say "in any case".
      .meta({ enum: ['full', 'incremental', null] }),
    batchSize: z.int(pageSize).min(1, pageSize).max(largestPage, pageSize).nullish(),
    forceRefresh: z
      .boolean('true or false')
      .nullish()
      .transform((force) => force ?? false),
    dryRun: z
      .boolean('true or false')
      .nullish()
      .transform((dry) => dry ?? false),
    resources: z
      .array(
        z.string('the name of a resource').refine(isName, 'the name of a resource'),
        'a list of names of resources',
      )
      .min(1, 'a list of at least one name of a resource')
      .nullish(),
  },
  'an object',
)

/** The shape of a message with camelCase keys. */
export const syncJobRequest = z.strictObject({
  jobId: uuid,
  tenantId: uuid,
  providerName: z
    .string('the name of a provider')
    .trim()
    .min(1, 'the name of a provider')
    .max(100, 'the name of a provider')
    .refine(isName, 'the name of a provider')
    .toLowerCase(),
  account: z
    .string(accountName)
    .trim()
    .regex(/^[\w.:-]{1,255}$/, accountName)
    .refine((name) => isName(name) && !name.endsWith(':test'), accountName)
    .nullish()
    .transform((account) => account ?? undefined),
  accessToken: z
    .string('text')
    .max(10_000, 'text of at most 10000 characters')
    .nullish()
    .transform((token) => token?.trim() || undefined),
  additionalData: additionalData.nullish().transform((data) => data ?? additionalData.parse({})),
})

/** What a message asks for. `accessToken` is a secret: it goes to the provider and nowhere else. */
export type SyncJobRequest = z.infer<typeof syncJobRequest>

/** A message as its sender writes it: what has a default may be left out. */
export type SyncJobMessage = z.input<typeof syncJobRequest>

/** The tenant and provider of the job. */
export const providerKeyOf = ({ tenantId, providerName: provider }: SyncJobRequest): ProviderKey => ({
  tenantId,
  provider,
})

export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: SyncJobRequest }
  /** The job is named but what it asks for is wrong: it fails, and the row says why. `request` has its identity only. */
  | { readonly kind: 'invalid'; readonly request: SyncJobRequest; readonly error: SyncError }
  /** There is no job to blame. */
  | { readonly kind: 'unreadable'; readonly error: SyncError }

/** A message's body → what it asks for. camelCase, PascalCase and snake_case keys mean the same. Never throws. */
export function parseRequest(body: string): ParsedRequest {
  const unreadable = (reason: string): ParsedRequest => ({
    kind: 'unreadable',
    error: new SyncError(
      'unreadable',
      'unreadable_message',
      `message: ${reason}. Correct the sender, and send a new message.`,
    ),
  })
  const bytes = Buffer.byteLength(body)
  if (bytes > bodyLimits.bytes) return unreadable(`the body has ${bytes} bytes, at most ${bodyLimits.bytes} are read`)
  const { depth, keys, commas } = measureJson(body)
  if (depth > bodyLimits.depth) return unreadable(`the body is nested more than ${bodyLimits.depth} deep`)
  if (keys > bodyLimits.keys) return unreadable(`the body has more than ${bodyLimits.keys} keys`)
  if (commas > bodyLimits.keys) return unreadable(`the body has more than ${bodyLimits.keys} values`)
  let value: unknown
  try {
    value = JSON.parse(body, (_, parsed) => (typeof parsed === 'string' ? storable(parsed) : parsed))
  } catch {
    return unreadable(`the body is not JSON${body.startsWith('\uFEFF') ? ', it starts with a byte order mark' : ''}`)
  }
  if (!isObject(value))
    return unreadable(`the body must be an object, found ${typeof value === 'string' ? 'a text' : shown(value)}`)

  const repeated = repeatedKeys(body)
  const top = rename(value, Object.keys(syncJobRequest.shape))
  const inner = top.renamed.additionalData
  const data = isObject(inner) ? rename(inner, Object.keys(additionalData.shape)) : undefined
  const parsed = syncJobRequest.safeParse(data ? { ...top.renamed, additionalData: data.renamed } : top.renamed, {
    reportInput: true,
  })
  const problems = [
    ...repeated.slice(0, problemsListed).map((key) => `${quoted('the key', key)} is given twice`),
    ...top.problems,
    ...(data?.problems ?? []).map((problem) => `additionalData: ${problem}`),
    ...(parsed.error?.issues ?? []).slice(0, problemsListed).map(describe),
  ]
  if (parsed.success && problems.length === 0) return { kind: 'request', request: parsed.data }
  const reason = problems.slice(0, problemsListed).join('. ')
  const { jobId, tenantId, providerName } = top.renamed
  const identity = syncJobRequest.safeParse({ jobId, tenantId, providerName })
  // A key with two values is ambiguous: no job fails on a guess.
  const ambiguous = [...repeated, ...top.twice].some((key) => identityKeys.has(plain(key)))
  if (!identity.success || ambiguous) return unreadable(reason)
  const error = new SyncError(
    'reject',
    'invalid_request',
    `request: ${reason}. Correct the message, and send it with a new jobId.`,
  )
  return { kind: 'invalid', request: identity.data, error }
}

const identityKeys: ReadonlySet<string> = new Set(['jobid', 'tenantid', 'providername'])
const plain = (key: string) => key.toLowerCase().replaceAll('_', '')
/** Postgres takes neither NUL nor lone surrogates, not even in the sentence that says what is wrong with them. */
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

interface RenamedField {
  readonly renamed: Readonly<Record<string, unknown>>
  /** Names that are given in two spellings. */
  readonly twice: readonly string[]
  readonly problems: readonly string[]
}

/** Keys by what they mean: case and underscores aside. */
function rename(value: object, known: readonly string[]): RenamedField {
  const names = new Map(known.map((name) => [plain(name), name]))
  const renamed: Record<string, unknown> = {}
  const twice: string[] = []
  const unknown: string[] = []
  for (const [key, inner] of Object.entries(value)) {
    const name = names.get(plain(key))
    if (!name || key.startsWith('_')) unknown.push(key)
    else if (Object.hasOwn(renamed, name)) twice.push(name)
    else renamed[name] = inner
  }
  const problems = [
    ...unknown
      .slice(0, problemsListed)
      .map((key) => `${quoted('the key', key)} is not known. Use keys of ${known.join(', ')}`),
    ...twice.slice(0, problemsListed).map((name) => `${name} is given twice, in two spellings`),
  ]
  return { renamed, twice, problems }
}

function describe({ path, message, input }: z.core.$ZodIssue): string {
  const field = path.join('.')
  const isPrimitive = typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean'
  // Nothing of a token is repeated, whatever it was given as.
  const shownInput = field === 'accessToken' && isPrimitive ? `a ${typeof input}` : shown(input)
  return `${field} must be ${message}, found ${shownInput}`
}

/** A value for a sentence: short ones as they are, without what looks like a secret; of all others their kind. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return quoted('text', value).replace(/^text "/, '"')
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return isObject(value) ? 'an object' : String(value)
}

/** A text longer than a UUID is not repeated: it may be a token in the wrong place. */
function quoted(what: string, text: string): string {
  return text.length > 40 ? `${what} of ${text.length} characters` : `${what} ${JSON.stringify(redactSecrets(text))}`
}
