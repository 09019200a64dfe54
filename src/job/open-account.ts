import { unknownAccount } from '../db/account-key.ts'
import { SyncError } from '../errors.ts'
import { inMode, modeOf } from '../provider/account-name.ts'
import type { Account } from '../provider/contract.ts'
import { isUnknown, type JobAccount, recognise, refuseOther } from './account.ts'
import { takeAccount } from './account-lease.ts'
import { decideAdoption, hasMostOf } from './adoption.ts'
import { moveUnknown } from './move-unknown.ts'
import type { OpenReading } from './open-reading.ts'
import { providerKeyOf } from './request.ts'
import type { JobDeps, Session } from './session.ts'

interface Opening {
  readonly connection: Account
  readonly reading: OpenReading
  /** The account of the job's earlier deliveries. */
  readonly begunWith: string | null
}

/**
 * Finds out which account the credentials belong to, and takes its lease. A known key costs no request; for an unknown one
 * the provider is asked beside the first pages. Rows of 0.1.0 that are the account's are moved to it.
 * @throws SyncError `account_mismatch`, `account_unknown`, `account_busy`, `provider_clock`, or as the provider's
 */
export function openAccount(opening: Opening, session: Session, deps: JobDeps): Promise<JobAccount> {
  const account = open(opening, session, deps)
  // Its readers meet the error; this keeps Node from calling it unhandled before.
  account.catch(() => {})
  return account
}

async function open({ connection, reading, begunWith }: Opening, session: Session, deps: JobDeps): Promise<JobAccount> {
  const { db, job, lease, request, deadline } = session
  const { clock } = deps
  const providerKey = providerKeyOf(request)
  const { account, began } = await identify({ connection, reading }, session, deps)
  refuseOther(account, { named: request.account, begunWith })
  const credential = connection.id === null ? connection.credential : null
  session.update({ account })
  reading.checkDates()
  await takeAccount({ lease, providerKey, account, credential, began }, { db, clock }, deadline.abortSignal)
  const mayHaveUnknown = job.accounts.some(isUnknown)
  const jobAccount = { ...providerKey, account, mayHaveUnknown }
  const isDecided = job.accounts.some((known) => known.account === account && known.adopted !== null)
  if (!mayHaveUnknown || isDecided) return jobAccount
  const holding = { account: unknownAccount, providerKey, mode: modeOf(account) }
  const isMine = await hasMostOf(holding, { db, clock, sources: reading.sources }, deadline.abortSignal)
  if (isMine === false) await db.within((tx) => decideAdoption(tx, jobAccount, false))
  return isMine ? await moveUnknown(jobAccount, { db, clock, lease }, deadline.abortSignal) : jobAccount
}

async function identify(
  { connection, reading }: Omit<Opening, 'begunWith'>,
  session: Session,
  deps: JobDeps,
): Promise<{ readonly account: string; readonly began: number | null }> {
  const recognised = recognise(connection, session.job.accounts)
  if (recognised) return recognised
  const { account, since } = await reading.identify(reading.finishing)
  if (account !== null) return { account, began: since }
  const named = session.request.account
  if (named !== undefined) return { account: inMode(named, connection.mode), began: null }
  return { account: await findHolder({ connection, reading }, session, deps), began: null }
}

/** The account whose stored rows the credentials can see. The provider is asked for some of them by id. */
async function findHolder(
  { connection: { mode }, reading }: Omit<Opening, 'begunWith'>,
  { db, job, request, deadline }: Session,
  { clock }: JobDeps,
): Promise<string> {
  const holders: string[] = []
  for (const { account } of job.accounts) {
    if (account === unknownAccount || modeOf(account) !== mode) continue
    const holding = { account, providerKey: providerKeyOf(request), mode }
    if (await hasMostOf(holding, { db, clock, sources: reading.sources }, deadline.abortSignal)) holders.push(account)
  }
  const [holder] = holders
  if (holder !== undefined && holders.length === 1) return holder
  throw new SyncError(
    'reject',
    'account_unknown',
    `job: the key may not ask ${request.providerName} which account it belongs to, and no stored rows show it. Give the key the right to ask, as docs/operations.md says for each provider, or name the "account" in the message. Then send a new jobId.`,
  )
}
