import * as z from 'zod'
import { permissionDenied, type Resource } from '../../provider/contract.ts'
import { eventsName } from '../../sync/change-feed.ts'
import { secondAsked } from '../../sync/observed-at.ts'
import type { ReadPage } from '../../sync/read-page.ts'
import { afterPage, halveSlice, type PageEnd, type Slice, splitSlice, type Tally } from '../../sync/slices.ts'
import type { SplitSlice } from '../../sync/splitter.ts'
import { addTally, count, countNested, tallyBefore, tallySchema } from './tally.ts'
import { historyStart, windowsOf } from './windows.ts'

const window = z.object({ from: z.int(), to: z.int().nullable() })
const slice = z.object({
  id: z.int(),
  resource: z.string(),
  part: z.string().nullable().default(null),
  by: z.literal('updated').optional(),
  window,
  query: window,
  cursor: z.string().nullable(),
  position: z.int().nullable(),
  boundary: z.array(z.string()).readonly().default([]),
  lookBackTo: z.int().optional(),
  ids: z.array(z.string()).readonly().optional(),
  pending: z.record(z.string(), tallySchema).optional(),
})
/** Events that were applied: complete since a second. */
export const knownEvents = z.object({ since: z.int(), ids: z.array(z.string()).readonly() })
const seenEvents = z.object({
  /** The second since which the feed was read. */
  since: z.int(),
  /** The second since which `events` has not been shortened; null if it never was. */
  shortenedTo: z.int().nullable(),
  /** Seconds and ids, the newest first. */
  events: z.array(z.tuple([z.int(), z.string()]).readonly()).readonly(),
})
/** The shape of a stored checkpoint. */
export const checkpointSchema = z.object({
  /** 2 with windows of change, which an older worker would take for windows of creation. */
  version: z.literal([1, 2]),
  /** What is being done, which may be more than was asked for: `note` says why, and what lists leave out. */
  mode: z.enum(['full', 'incremental']).default('full'),
  note: z.string().nullable().default(null),
  /** Everything created before this second is covered once the checkpoint is empty; null before the first page. */
  until: z.int().nullable(),
  slices: z.array(slice),
  /** Per resource, what it has listed so far: the provider's side of the proof. */
  tallies: z.record(z.string(), tallySchema).default({}),
  /** The resources that the job reads: only their cursors move. Null in a checkpoint of an older version. */
  resources: z.array(z.string()).readonly().nullable().default(null),
  /** The cursors, in seconds, of the resources that follow the feed of changes. */
  cursors: z.record(z.string(), z.int()).readonly().default({}),
  /** Resources that the provider refused in whole or in part: their cursors stay. */
  refused: z.array(z.string()).readonly().default([]),
  /** Requests that were spent on asking for rows by id. */
  asked: z.int().default(0),
  /** The events that earlier jobs applied, of the time before the cursors. */
  known: knownEvents.nullable().default(null),
  /** The events that this job applied or found known; null before the first page of the feed. */
  seen: seenEvents.nullable().default(null),
  /** The second at which the history of a list begins, if the provider has no older items. */
  history: z.record(z.string(), z.int()).readonly().default({}),
})

export type KnownEvents = z.infer<typeof knownEvents>

/** What is still to be read: a fold over committed pages. `applySplit` and `advance` are its only moves. */
export type Checkpoint = z.infer<typeof checkpointSchema>

/** What is to be read of one list: everything, what was created since a second and before another, or objects by their ids. */
export interface Reading {
  readonly resource: Pick<Resource, 'name' | 'parts' | 'createdFilter' | 'updatedFilter'>
  /** What was changed, not what was created, since then. */
  readonly by?: 'updated'
  readonly since: number
  /** Absent: no upper end. */
  readonly to?: number
  readonly ids?: readonly string[]
  /** The second from which pages may have items, if that is earlier than `since`. The last page is filled up with these. */
  readonly from?: number
  /** Creation seconds at which the list is split from the beginning, oldest first. Absent: it is one window. */
  readonly splits?: readonly number[]
}

/** What a plan is for. */
type Purpose = Pick<Checkpoint, 'mode' | 'note'> &
  Partial<Pick<Checkpoint, 'resources' | 'cursors' | 'known'>> & {
    /** The database's clock, in seconds since 1970. Lists with a limit of days or a bounded history need it. */
    readonly now?: number
  }

/** A slice for each window that a list takes. Without a limit of days it has an open end. */
export function plan(
  readings: readonly Reading[],
  { mode, note, resources = null, cursors = {}, known = null, now = 0 }: Purpose = { mode: 'full', note: null },
): Checkpoint {
  const lists = readings.flatMap(({ resource, by, since, from = since, to = null, ids, splits = [] }) =>
    // An object asked for by id is in no part.
    ((!ids && resource.parts) || [null]).flatMap((part) =>
      (ids ? [{ from: since, to }] : windowsOf(filterOf(resource, by), { since, to, now, splits })).map((window) => ({
        list: { resource: resource.name, part, ...(by && { by }) },
        window,
        // Only the oldest window looks back before the time that is asked for.
        query: { ...window, from: window.from === since ? from : window.from },
        ids,
      })),
    ),
  )
  const isBounded = readings.some(({ resource, by }) => filterOf(resource, by)?.maxDays)
  const slices = lists.map(({ list, window, query, ids }, at) => {
    const start = { cursor: null, position: null, boundary: [] }
    return {
      id: at + 1,
      ...list,
      window,
      query,
      ...start,
      ...(query.from < window.from && { lookBackTo: query.from }),
      ...(ids && { ids }),
    }
  })
  return {
    version: readings.some(({ by }) => by) ? 2 : 1,
    mode,
    note,
    // Windows of so many days end when the job is planned.
    until: isBounded ? now : null,
    slices,
    tallies: {},
    resources,
    cursors,
    refused: [],
    asked: 0,
    known,
    seen: null,
    history: Object.fromEntries(
      readings.flatMap(({ resource }) => {
        const start = historyStart(resource.createdFilter, now)
        return start === null ? [] : [[resource.name, start]]
      }),
    ),
  }
}

const filterOf = ({ createdFilter, updatedFilter }: Reading['resource'], by: Reading['by']) =>
  by === 'updated' ? updatedFilter : createdFilter

/** Cuts a slice in two. Changes nothing that is still to be read, so it needs no commit of its own. */
export function applySplit(from: Checkpoint, { id, at, olderId, newerId }: SplitSlice): Checkpoint {
  const parts = (slice: Slice) =>
    newerId === undefined ? splitSlice(slice, at, olderId) : halveSlice(slice, { at, olderId, newerId })
  return { ...from, slices: from.slices.flatMap((slice) => (slice.id === id ? [...parts(slice)] : [slice])) }
}

/** A page that was read of a slice. */
export type Advance = Pick<
  ReadPage,
  keyof PageEnd | 'sliceId' | 'observedAt' | 'listed' | 'nested' | 'beginsList' | 'skip'
> &
  Partial<Pick<ReadPage, 'rejects' | 'events' | 'whole' | 'completeTo' | 'note'>>

/** Moves the page's slice to the cursor after it, or takes it out when the page was its last; takes a skipped resource out whole. */
export function advance(from: Checkpoint, page: Advance): Checkpoint {
  const read = from.slices.find(({ id }) => id === page.sliceId)
  if (!read) return from
  const { resource } = read
  const refused = addRefused(from.refused, resource, page)
  if (page.skip) return { ...from, refused, slices: from.slices.filter((slice) => slice.resource !== resource) }
  // Objects fetched by id say nothing of what else was created, and are not listed.
  if (read.ids) return { ...from, refused, slices: from.slices.filter(({ id }) => id !== page.sliceId) }
  const completeTo = Math.floor((page.completeTo?.getTime() ?? Infinity) / 1_000)
  const seen = Math.min(secondAsked(page.observedAt), completeTo)
  const { slice, tallies } = takeCounts({ ...from, slice: read }, page, seen)
  const slices = from.slices.flatMap((other) => (other.id === page.sliceId ? (slice ?? []) : other))
  const note = withNote(from.note, page.note)
  const moved = { ...from, until: Math.min(from.until ?? seen, seen), slices, tallies, refused, note }
  return page.events ? { ...moved, seen: addSeen(from.seen, page.events, page) } : moved
}

interface Counted extends Pick<Checkpoint, 'tallies'> {
  /** Null if it is read to its end. */
  readonly slice: Slice | null
}

/** The slice and the tallies after a page. A list that counts as a whole stays where it is until its last page. */
function takeCounts({ slice, tallies }: Counted & { readonly slice: Slice }, page: Advance, seen: number): Counted {
  const { whole = null } = page
  const pending = whole?.begins ? {} : (slice.pending ?? {})
  const before = (name: string) => (whole ? pending[name] : tallyBefore(tallies[name], page, slice))
  const counted: Record<string, Tally> = { [slice.resource]: count(before(slice.resource), page.listed, seen) }
  for (const name of new Set(page.nested.map((list) => list.resource)))
    counted[name] = countNested(
      before(name),
      page.nested.filter((list) => list.resource === name),
      seen,
    )
  if (!whole) return { slice: afterPage(slice, page), tallies: { ...tallies, ...counted } }
  const shown = { ...pending, ...counted }
  if (!whole.ends) return { slice: { ...slice, pending: shown }, tallies }
  // A list without windows and parts is the only one of its resource: a second reading replaces the first.
  const isOnly = slice.part === null && slice.query.from === 0 && slice.query.to === null
  const sums = Object.entries(shown).map(([name, tally]) => [name, isOnly ? tally : addTally(tallies[name], tally)])
  return { slice: null, tallies: { ...tallies, ...Object.fromEntries(sums) } }
}

/** A sentence of a page or a commit joins the plan's note once. */
export function withNote(before: string | null, note: string | undefined): string | null {
  if (note === undefined || before?.includes(note)) return before
  return before === null ? note : `${before}; ${note}`
}

/** Events that are remembered of an account, so that a job that reads them again need not apply them. */
const rememberedAtMost = 200

function addSeen(
  before: Checkpoint['seen'],
  events: NonNullable<Advance['events']>,
  page: Advance,
): Checkpoint['seen'] {
  const reached = page.next === null || page.oldest === null ? page.query.from : page.oldest + 1
  const unique = new Map([...(before?.events ?? []), ...events].map((event) => [event[1], event]))
  const all = [...unique.values()].toSorted(([left], [right]) => right - left)
  const kept = all.slice(0, rememberedAtMost)
  const isShortened = all.length > kept.length
  return {
    since: Math.min(before?.since ?? reached, reached),
    shortenedTo: isShortened ? (kept.at(-1)?.[0] ?? 0) + 1 : (before?.shortenedTo ?? null),
    events: kept,
  }
}

/** What the next job knows of the events that this one read. */
export function eventsKnownAfter({ seen }: Checkpoint): KnownEvents | null {
  if (!seen) return null
  return { since: Math.max(seen.since, seen.shortenedTo ?? 0), ids: seen.events.map(([, id]) => id) }
}

/**
 * The refused resources after a page: a list that was skipped, and the resource of a change whose object the key may not
 * read. An object that a list shows and that is rejected can be found in `sync_rejects`.
 */
function addRefused(before: readonly string[], resource: string, { skip, rejects = [] }: Advance): readonly string[] {
  const denied = rejects.filter(({ code }) => resource === eventsName && code === permissionDenied)
  const names = [...(skip ? [resource] : []), ...denied.map((reject) => reject.resource)]
  return names.every((name) => before.includes(name)) ? before : [...new Set([...before, ...names])]
}
