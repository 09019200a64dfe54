import type { SyncError } from '../../errors.ts'
import type { Batch } from '../../sync/read-page.ts'
import { findList, type Source } from '../../sync/source.ts'
import type { Checkpoint } from '../state/checkpoint.ts'
import type { Progress, Skipped } from '../state/progress.ts'

/* The resources that belong together: nested lists of a resource, and resources that only the items of others show. */

/** The resources and nested lists of which something is still to be read. */
export function unfinishedNames(checkpoint: Checkpoint, sources: readonly Source[]): ReadonlySet<string> {
  const names = checkpoint.slices.map((slice) => slice.resource)
  return new Set([...names, ...nestedIn(sources, names), ...derivedIn(sources, names)])
}

/** The names of the nested lists of these resources. */
export function nestedIn(sources: readonly Source[], names: readonly string[]): readonly string[] {
  return sources
    .filter(({ name }) => names.includes(name))
    .flatMap((source) => (source.kind === 'list' ? (source.nested ?? []) : []))
    .map(({ name }) => name)
}

/** The resources whose items show this one, if it has no list of its own. */
export const originsOf = (sources: readonly Source[], name: string): readonly string[] =>
  findList(sources, name)?.derivedFrom ?? []

/** The names of the resources that only items of these show. */
const derivedIn = (sources: readonly Source[], names: readonly string[]) =>
  sources.map(({ name }) => name).filter((name) => originsOf(sources, name).some((origin) => names.includes(origin)))

/**
 * The refusals that the batch's pages carry. A resource that only other items show is refused if none of those is read:
 * `read` are the resources of the job that were not refused before.
 */
export function refusalsIn(
  { pages }: Pick<Batch, 'pages'>,
  sources: readonly Source[],
  read: readonly string[],
): ReadonlyMap<string, SyncError> {
  const refusals = new Map(pages.flatMap(({ skip, source: { name } }) => (skip ? [[name, skip] as const] : [])))
  const isShown = (name: string) =>
    originsOf(sources, name).some((origin) => read.includes(origin) && !refusals.has(origin))
  const unseen = [...refusals].flatMap(([name, skip]) =>
    derivedIn(sources, [name]).flatMap((derived) => (isShown(derived) ? [] : [[derived, skip] as const])),
  )
  return new Map([...refusals, ...unseen])
}

/** The resources of a job that were not refused yet. */
export const readBy = (resources: readonly string[], progress: Progress): readonly string[] =>
  resources.filter((name) => !progress[name]?.skipped)

export function skippedBy(...batch: Parameters<typeof refusalsIn>): Readonly<Record<string, Skipped>> {
  const refusals = [...refusalsIn(...batch)]
  return Object.fromEntries(refusals.map(([name, { code, message }]) => [name, { code, message }]))
}
