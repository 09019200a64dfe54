import { abortedAfter } from '../../clock.ts'
import { type Envelope, envelopeNames } from '../../local/envelopes.ts'
import type { LiveAccount } from '../../local/live-account.ts'
import type { Log } from '../../log/log.ts'
import { createLocalLog } from '../../log/terminal.ts'
import type { Provider } from '../../provider/contract.ts'
import { exitCodes } from '../exit-codes.ts'
import { createProblemLog } from '../problem-log.ts'
import { lookFurther, runJob, type Sync } from '../sync-once.ts'
import { keepChanging } from './changes.ts'
import { checkCopy, describeCheck } from './check.ts'
import { openGapJobs } from './gap-job.ts'
import { inSeconds, percentile } from './latencies.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { type LiveParts, openLiveParts } from './parts.ts'
import { leadEvents } from './routes.ts'
import { readRows } from './rows.ts'
import { openLiveScreen } from './screen.ts'
import { sendEvents } from './send-events.ts'
import { waitFor } from './wait-for.ts'

interface LiveRun extends Sync {
  readonly provider: Provider
  /** The envelopes that events take in turn. */
  readonly envelopes: readonly Envelope[]
  /** The resources that events keep. */
  readonly kept: readonly string[]
  /** The page's address. */
  readonly page: string
}

const changesASecond = 2
/** A day, in seconds. */
const longest = 86_400
/** Milliseconds for the events that are on their way when the changes end. A tie takes three seconds, a 429 fifteen. */
const longestEnd = 60_000

/**
 * Syncs the account, then keeps changing it and shows how its events change rows, until `stop` or for so many seconds. In the
 * end the last events are applied and the copy is compared. @returns the exit code
 */
export async function runLive(run: LiveRun): Promise<number> {
  const { stack, options, terminal, stop } = run
  const { [options.provider]: live } = stack.live
  if (!live)
    throw new Error(
      `start: --live changes a sandbox, and credentials of ${options.provider} are configured. Leave them out.`,
    )
  const { log: kept, problems } = createProblemLog()
  const log = options.verbose ? createLocalLog('debug') : kept
  const job = await runJob(run, log)
  const account = job?.status === 'completed' ? job.account : null
  const isEqual = typeof account === 'string' && (await applyEvents(run, { live, account, log }))
  for (const problem of problems) terminal.error.write(`\n  ${problem}\n`)
  if (options.keep) await stack.keep()
  if (typeof account !== 'string' && stop.aborted) return exitCodes.interrupted
  terminal.print(`\n${lookFurther(stack, options)}`)
  return isEqual ? exitCodes.done : exitCodes.failed
}

interface Following {
  readonly live: LiveAccount
  /** In `sync_accounts`. */
  readonly account: string
  readonly log: Log
}

/** @returns whether every event was applied, and the copy equals the account in the end */
async function applyEvents(run: LiveRun, { live, account, log }: Following): Promise<boolean> {
  const { stack, client, terminal, options, provider, kept } = run
  const access = { tenant: options.tenant, provider: provider.name, client }
  const tables = new Map(
    provider.resources.filter(({ name }) => kept.includes(name)).map(({ name, table }) => [name, table]),
  )
  const ledger = createLedger(Date.now)
  const settled = createShow()
  const parts = await openLiveParts(stack.config, { provider: provider.name, live, log, onSettled: settled.hear })
  const endRoutes = await leadEvents(stack, { ...access, live, account })
  try {
    terminal.print(`\n${introduction(run, parts)}\n`)
    const screen = openLiveScreen(terminal.out, { now: Date.now, counts: ledger.counts, note: run.page })
    settled.start(async (settlements) => {
      screen.show(await readRows(await ledger.settled(settlements), { ...access, tables }))
    })
    const gaps = openGapJobs(run, { log, tell: screen.tell })
    await change(run, { live, ledger, parts })
    await waitFor(() => ledger.counts().waiting === 0, longestEnd)
    await settled.end()
    await gaps.end()
    screen.end()
    terminal.print(`\n${summary(ledger)}`)
    if (gaps.count() > 0) terminal.print(`  jobs      ${gaps.count()} incremental, for what events could not fetch`)
    for (const reason of ledger.refusals()) terminal.error.write(`\n  refused: ${reason}\n`)
    terminal.print('  check     the account is listed once more and compared with the tables')
    const check = describeCheck(await checkCopy(stack, { ...access, account, resources: [...tables.keys()] }))
    terminal.print(check.lines.map((line) => `            ${line}`).join('\n'))
    const { waiting } = ledger.counts()
    return check.isEqual && ledger.refusals().length === 0 && waiting === 0
  } finally {
    await parts.close()
    await endRoutes()
  }
}

/** Changes the account until it is time to end, and sends its events. */
async function change(
  { options, envelopes, stop }: LiveRun,
  { live, ledger, parts }: { readonly live: LiveAccount; readonly ledger: Ledger; readonly parts: LiveParts },
): Promise<void> {
  const { rate = changesASecond, seconds } = options
  const sending = sendEvents(live, { envelopes, ledger, send: parts.send })
  await abortedAfter((seconds ?? longest) * 1_000, stop, (ending) =>
    keepChanging(live, { rate, onChange: ledger.changed }, ending),
  )
  await sending.end()
}

function introduction({ options, envelopes }: LiveRun, { receiver }: LiveParts): string {
  const { rate = changesASecond, seconds } = options
  const until = seconds === undefined ? 'until Ctrl-C' : `for ${seconds} s, or until Ctrl-C`
  return [
    `  live      ${rate} changes a second ${until}`,
    `  way       ${envelopes.map((name) => envelopeNames[name]).join(', ')} → events queue → worker → Postgres`,
    ...(envelopes.includes('receiver') ? [`  receiver  ${receiver}`] : []),
    '  after     the time from the sending of an event to the commit of its row',
  ].join('\n')
}

function summary({ counts }: Ledger): string {
  const { changes, sent, committed, dead, waiting, latencies } = counts()
  const sorted = latencies.toSorted((a, b) => a - b)
  const ends = [
    `p50 ${inSeconds(percentile(sorted, 0.5))}`,
    `p99 ${inSeconds(percentile(sorted, 0.99))}`,
    `slowest ${inSeconds(sorted.at(-1) ?? null)}`,
  ]
  return [
    `  changes   ${changes}`,
    `  events    ${sent} sent, ${committed} committed, ${dead} refused, ${waiting} on their way`,
    `  after     ${ends.join(', ')}`,
  ].join('\n')
}

/** Shows what is settled, one batch after the other. A batch before `start` is shown after it. */
function createShow() {
  type Show = (settlements: Parameters<Ledger['settled']>[0]) => Promise<void>
  let begin: (show: Show) => void = () => {}
  const started = new Promise<Show>((resolve) => {
    begin = resolve
  })
  let showing: Promise<unknown> = Promise.resolve()
  return {
    hear(settlements: Parameters<Show>[0]) {
      showing = showing.then(async () => (await started)(settlements))
    },
    start: (show: Show) => begin(show),
    end: () => showing,
  }
}
