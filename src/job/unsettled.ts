import { idsAtMost, type UnsettledRows } from '../db/unsettled.ts'
import type { ProviderResource } from '../provider/contract.ts'
import { largestPage } from '../sync/page-size.ts'
import type { Reading } from './state/checkpoint.ts'

/** The most requests for objects by id, of one resource and job, if the provider has no list of unsettled objects. */
const byIdAtMost = 50

interface Regular {
  readonly resource: Reading['resource'] & Pick<ProviderResource, 'unsettled' | 'retrieve'>
  /** The second from which the resource is read by time of creation anyway. */
  readonly since: number
}

/**
 * How a resource is read that has unsettled rows, with the fewest requests: by id or by the list of unsettled objects; by the
 * window of creation that has them; or by the regular list, back to the oldest of them. If all of that takes too many
 * requests, the newest rows are asked for by id.
 */
export function readingsOf({ resource, since }: Regular, rows: UnsettledRows | undefined): readonly Reading[] {
  const regular = { resource, since }
  if (!rows) return [regular]
  const { unsettled, retrieve } = resource
  const given = unsettled === 'every row' ? undefined : unsettled
  const hasList = given?.list !== undefined
  const { ids, oldest, newest } = rows
  if (!hasList && (given?.byWindow || !retrieve))
    return [regular, ...windowsAround(rows).map((window) => ({ resource, ...window }))]
  const window = { resource, since: Math.floor(oldest), to: Math.floor(newest) + 1 }
  const byId = ids.slice(0, hasList ? idsAtMost : byIdAtMost)
  const ways = [
    {
      requests: hasList ? Math.ceil(ids.length / largestPage) : ids.length,
      readings: [regular, { ...regular, ids: byId }],
    },
    { requests: Math.ceil(rows.between / largestPage), readings: [regular, window] },
    // The regular list is read in any case.
    { requests: Math.ceil(rows.since / largestPage) - 1, readings: [{ resource, since: window.since }] },
  ]
  const [best] = ways.toSorted((left, right) => left.requests - right.requests)
  return best && best.requests <= byIdAtMost ? best.readings : [regular, { ...regular, ids: byId }]
}

/** Windows that have all of these rows and few others: between two windows there is more than a page. */
function windowsAround({ seconds, oldest, newest, between }: UnsettledRows) {
  const secondsAPage = (Math.max(1, newest - oldest) / Math.max(1, between)) * largestPage
  const windows: { readonly since: number; to: number }[] = []
  for (const second of seconds.toSorted((left, right) => left - right).map(Math.floor)) {
    const last = windows.at(-1)
    if (last && second - last.to < secondsAPage) last.to = second + 1
    else windows.push({ since: second, to: second + 1 })
  }
  return windows
}
