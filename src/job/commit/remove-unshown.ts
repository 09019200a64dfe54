import { holdOffLiveWrites } from '../../db/live-lock.ts'
import type { Database } from '../../db/open.ts'
import { markUnshown } from '../../db/unshown-rows.ts'
import type { ListSource } from '../../provider/contract.ts'
import type { ReadPage } from '../../sync/read-page.ts'
import type { Source } from '../../sync/source.ts'
import type { JobAccount } from '../account.ts'
import { advance, type Checkpoint, withNote } from '../state/checkpoint.ts'
import type { Progress } from '../state/progress.ts'
import { listsNaming, reachOf } from '../state/reach.ts'
import type { CommittedState } from './committed-state.ts'
import { unfinishedNames } from './related.ts'

interface ForcedCommit {
  readonly sources: readonly Source[]
  /** The resources of the job's plan. */
  readonly resources: readonly string[]
  readonly account: JobAccount
  /** When the job began. */
  readonly began: Date
  readonly batch: { readonly pages: readonly ReadPage[] }
  readonly committed: Pick<CommittedState, 'checkpoint'>
}

interface Reached {
  readonly checkpoint: Checkpoint
  /** What became of all that was read. */
  readonly progress: Progress
}

/** Marks the rows, once the transaction has written its pages. Returns what was reached with these deletions. */
export type RemoveUnshown = (reached: Reached) => Promise<Reached & Required<Pick<CommittedState, 'warnings'>>>

/**
 * Marks rows of resources without a list as deleted, once a forced job has read all lists whose items show them. Nobody can
 * be asked for such a row. So each of these lists must be believed, and a row that any live row names stays. What the rows
 * are in the transaction counts: the last pages of the lists are written by then. A live write may show a row again and leave
 * it as it is. So live writes of the account wait for the commit. Null if no such list ends with this commit. Call it before
 * the transaction writes.
 */
export async function prepareRemoval(tx: Database, commit: ForcedCommit): Promise<RemoveUnshown | null> {
  const { sources, resources, account, batch, committed } = commit
  const before = unfinishedNames(committed.checkpoint, sources)
  const after = unfinishedNames(batch.pages.reduce(advance, committed.checkpoint), sources)
  const ending = sources
    .filter((source) => source.kind === 'list')
    .filter(({ name, namedBy }) => namedBy && resources.includes(name) && before.has(name) && !after.has(name))
  if (ending.length === 0) return null
  await holdOffLiveWrites(tx, account)
  return (reached) => removeUnshown(tx, ending, commit, reached)
}

async function removeUnshown(
  tx: Database,
  ending: readonly ListSource[],
  { sources, resources, account, began, batch: { pages } }: ForcedCommit,
  { checkpoint, progress }: Reached,
): ReturnType<RemoveUnshown> {
  const lists = sources.filter((source) => source.kind === 'list')
  const warnings: string[] = []
  let counted = progress
  for (const source of ending) {
    const { name, derivedFrom = [] } = source
    const own = progress[name]
    const isBelieved = (origin: string) =>
      resources.includes(origin) && !checkpoint.refused.includes(origin) && isComplete(progress[origin])
    const origins = listsNaming(source, lists)
    if (origins.length < derivedFrom.length || !derivedFrom.every(isBelieved) || !isComplete(own)) continue
    const unshown = {
      ...account,
      resource: source,
      namings: origins,
      began,
      since: reachOf(origins, ({ name: origin }) => checkpoint.history[origin] ?? null),
      observedAt: new Date(Math.max(began.getTime(), ...pages.map((page) => page.observedAt.getTime()))),
    }
    const { marked, isComplete: isSearched } = await markUnshown(tx, unshown)
    if (own) counted = { ...counted, [name]: { ...own, deleted: own.deleted + marked } }
    if (!isSearched) warnings.push(unsearched(name))
  }
  const note = warnings.reduce<string | null>(withNote, checkpoint.note)
  return { checkpoint: { ...checkpoint, note }, progress: counted, warnings }
}

const unsearched = (name: string) =>
  `${name}: rows that nothing names any more may be left. Postgres took longer to look for them than a statement may (57014). Send another full job with "force_refresh": true once the database has less to do`

/** Nothing of it was skipped or set aside, and no answer has contradicted its list. */
const isComplete = (read: Progress[string] | undefined) =>
  read !== undefined && !read.skipped && read.rejected === 0 && read.kept === 0
