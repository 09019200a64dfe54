import type { ResourceResult } from '../job/state/result.ts'
import type { JobRow } from './follow-job.ts'
import { inOrder } from './resource-names.ts'
import { formatRow, formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'

const columns = [
  'id',
  'tenant_id',
  'provider',
  'status',
  'attempt',
  'deliveries',
  'hop',
  'fetched',
  'created',
  'updated',
  'unchanged',
  'rejected',
  'deleted',
  'requests',
  'error',
  'result',
  'started_at',
  'finished_at',
]

/** Shows a job's row, and a line for each of its resources. */
export function printJob(terminal: Terminal, job: JobRow | undefined, order: readonly string[]): void {
  const row = job ? Object.fromEntries(columns.map((name) => [name, job[name]])) : { status: 'not seen by a worker' }
  terminal.print(`\nsync_jobs\n${formatRow(row, lineWidth(terminal.out))}`)
  const resources = inOrder(Object.entries(job?.result?.resources ?? {}), order)
  if (resources.length > 0) printResources(resources, terminal)
}

type Named = readonly [name: string, counts: ResourceResult]

/** A line for each resource of a result, with its count check. */
export function printResources(resources: readonly Named[], { print, out }: Terminal): void {
  const shown = resources.map(([name, counts]) => shownResource(name, counts))
  print(`\nresources\n${formatTable(shown, { line: lineWidth(out) })}`)
}

function shownResource(resource: string, { proof, skipped, ...counts }: ResourceResult): Record<string, unknown> {
  const proven = {
    listed: proof?.listed ?? null,
    live: proof?.live ?? null,
    equal: proof ? (proof.equal ? 'yes' : 'NO') : null,
  }
  return { resource, ...counts, ...proven, skipped: skipped?.message ?? null }
}
