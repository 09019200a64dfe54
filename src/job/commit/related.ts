import type { SyncError } from '../../errors.ts'
import type { Batch } from '../../sync/read-page.ts'
import { findList, type Source } from '../../sync/source.ts'
import type { Checkpoint } from '../state/checkpoint.ts'
import type { Skipped } from '../state/progress.ts'

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

/** The refusals that the batch's pages carry, also for the resources that only items of the refused ones would show. */
export function refusalsIn(
  { pages }: Pick<Batch, 'pages'>,
  sources: readonly Source[],
): ReadonlyMap<string, SyncError> {
  return new Map(
    pages.flatMap(({ skip, source: { name } }) =>
      skip ? [name, ...derivedIn(sources, [name])].map((refused) => [refused, skip] as const) : [],
    ),
  )
}

export function skippedBy(batch: Pick<Batch, 'pages'>, sources: readonly Source[]): Readonly<Record<string, Skipped>> {
  const refusals = [...refusalsIn(batch, sources)]
  return Object.fromEntries(refusals.map(([name, { code, message }]) => [name, { code, message }]))
}
