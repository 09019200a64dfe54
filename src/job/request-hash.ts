import { createHash } from 'node:crypto'
import * as z from 'zod'
import { SyncError } from '../errors.ts'
import type { SyncJobRequest } from './request.ts'

/**
 * SHA-256 of the meaning of a message's body: spelling, order and repeated names do not count. The token does not count
 * either, because it is renewed between deliveries. A field that is absent counts as null or false, so that a version with
 * more fields computes the same hash for an old body.
 */
export function requestHash({ jobId: _jobId, accessToken: _accessToken, ...request }: SyncJobRequest): Buffer {
  const { resources } = request.additionalData
  const named = resources?.includes('*') ? ['*'] : resources
  const additionalData = { ...request.additionalData, resources: named }
  return createHash('sha256')
    .update(canonical({ ...request, additionalData }))
    .digest()
}

/** A job that was sent with another body, as its row has it. */
interface StoredRequest {
  /** `sync_jobs.options` */
  readonly options: unknown
}

/** The error of a message whose `jobId` was sent before with another body. It names the fields that differ. */
export function reusedJobId(stored: StoredRequest, { jobId, additionalData }: SyncJobRequest): SyncError {
  const before = options.safeParse(stored.options).data ?? {}
  const now: Readonly<Record<string, unknown>> = additionalData
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted()
  const differences = names
    .filter((name) => canonical(before[name]) !== canonical(now[name]))
    .map((name) => `${name} was ${shown(before[name])} and is now ${shown(now[name])}`)
  const named = differences.map((difference) => ` ${difference}.`).join('')
  return new SyncError(
    'unreadable',
    'job_id_reused',
    `message: job ${jobId} was sent before with another body.${named} Nothing was read. Send it with a new jobId.`,
  )
}

const options = z.record(z.string(), z.unknown())

const shown = (value: unknown) =>
  value === undefined || value === null ? 'absent' : Array.isArray(value) ? value.join(', ') : String(value)

/** JSON with sorted keys, and lists as sets. */
function canonical(value: unknown): string {
  if (value === undefined || value === null || value === false) return ''
  if (Array.isArray(value)) {
    const members = new Set(value.map(canonical))
    return `[${[...members].toSorted().join()}]`
  }
  if (typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)] as const)
  const given = entries.filter(([, text]) => text !== '').toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${given.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join()}}`
}
