import { randomUUID } from 'node:crypto'
import { systemClock } from '../../clock.ts'
import type { OpenDatabase } from '../../db/open.ts'
import { whileWorking, withRetry } from '../../db/retry.ts'
import type { ErasureDeps } from '../../erasure/pass.ts'
import {
  type Claim,
  claimRequest,
  type ErasureRequest,
  failRequest,
  findOpenRequests,
  type RequestKind,
  settleRequest,
  takenOver,
  withinClaim,
} from '../../erasure/requests.ts'
import { describeDuration } from '../duration.ts'
import { describeProblem } from '../problem.ts'
import { formatTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** Rows that were removed or exported, by table. */
export type RowCounts = ReadonlyMap<string, number>

export interface PendingWork {
  readonly database: Pick<OpenDatabase, 'tenant' | 'schedules'>
  /** Undefined: all tenants. */
  readonly tenantId: string | undefined
  readonly kinds: readonly RequestKind[]
  /** Carries a request out. May be called again for the same one. @throws an error whose sentence says why it stays open */
  carryOut(request: ErasureRequest, deps: ErasureDeps): Promise<RowCounts>
  readonly terminal: Terminal
}

/** Lists the open requests, those first that are due first. */
export async function listPending({ database, terminal, ...filter }: Omit<PendingWork, 'carryOut'>): Promise<void> {
  const requests = await findOpenRequests(database.schedules, filter)
  if (requests.length === 0) terminal.print('  No request is open.')
  else
    terminal.print(
      formatTable(
        requests.map((request) => rowOf(request, Date.now())),
        { widest: 60 },
      ),
    )
}

/** A request as a line of the table. */
function rowOf({ id, kind, tenantId, provider, account, customer, objects, ...request }: ErasureRequest, now: number) {
  const left = request.dueAt.getTime() - now
  return {
    due: request.dueAt.toISOString().slice(0, 16).replace('T', ' '),
    in: left < 0 ? `OVERDUE ${describeDuration(-left / 1_000)}` : describeDuration(left / 1_000),
    kind,
    tenant: tenantId,
    provider,
    account,
    customer,
    'other objects': objects.length || null,
    request: id,
    problem: request.failedBecause,
  }
}

/**
 * Carries out each open request, those first that are due first. A request that fails stays open with its reason. Returns
 * how many are done, and how many stay open, because they failed or another process has them.
 */
export async function carryOutPending(work: PendingWork): Promise<{ readonly done: number; readonly open: number }> {
  const { database, terminal } = work
  const requests = await findOpenRequests(database.schedules, work)
  if (requests.length === 0) terminal.print('  No request is open.')
  let done = 0
  for (const request of requests) if (await carryOutOne(request, work)) done++
  return { done, open: requests.length - done }
}

/** Whether the request is done. */
async function carryOutOne(request: ErasureRequest, { database, carryOut, terminal }: PendingWork): Promise<boolean> {
  const db = database.tenant(request.tenantId)
  const deps: ErasureDeps = {
    dryRun: false,
    within: (work) => withRetry(() => db.within(work), { policy: whileWorking, clock: systemClock }),
  }
  const claim: Claim = { tenantId: request.tenantId, id: request.id, process: randomUUID() }
  const name = nameOf(request)
  if (!(await deps.within((tx) => claimRequest(tx, claim)))) {
    terminal.print(`  ${name}: another process carries it out, or did. Look again in two minutes.`)
    return false
  }
  try {
    const rows = await carryOut(request, withinClaim(deps, claim))
    if (!(await deps.within((tx) => settleRequest(tx, claim, { request, rows })))) throw new Error(takenOver)
    const sum = [...rows.values()].reduce((total, count) => total + count, 0)
    terminal.print(`  ${name}: done, ${sum} rows.`)
    return true
  } catch (error) {
    const because = describeProblem(error)
    terminal.print(`  ${name}: stays open. ${because}`)
    // Without a database there is no place for the reason.
    await deps.within((tx) => failRequest(tx, claim, because)).catch(() => {})
    return false
  }
}

function nameOf({ kind, tenantId, provider, account, customer }: ErasureRequest): string {
  const whom = customer === null ? `account ${account}` : `customer ${customer} of account ${account}`
  return `${kind}, ${provider} ${whom}, tenant ${tenantId}`
}
