import { getTableConfig } from 'drizzle-orm/pg-core'
import { providerObjects } from '../../src/db/schema.ts'
import { columnsOf, syncedTables } from '../../src/db/synced-tables.ts'
import { announced, eventResources } from '../../src/providers/stripe/events.ts'
import { billing, resources as stripeResources } from '../../src/providers/stripe/resources/index.ts'

/** Columns that every table has; the page names them once. */
const everywhere = columnsOf(providerObjects).filter((name) =>
  [...syncedTables.values()].every((table) => columnsOf(table).includes(name)),
)

/** docs/resources.md: what each provider lists, the tables it lands in, and their columns. */
export function resources(): string {
  const byName = stripeResources.filter(({ optional }) => optional).map(({ name }) => name)
  return `# Resources

Every table has ${everywhere.map((column) => `\`${column}\``).join(', ')}. \`\\d+ customers\` in psql explains each column.

- Amounts are whole numbers in the minor unit of their currency. Decimals are \`numeric\`. Neither is ever a float.
- Ids of other objects are text. There are no foreign keys, because resources are read in parallel and arrive in any order.
- A field whose shape the worker does not know is null. \`raw\` has the whole object.
- A deleted object keeps its row and has \`deleted_at\`.
- [queries](queries.md) has examples.

## Stripe

A job without \`additionalData.resources\` reads these. A line with ↳ is a list inside the objects above it.

| resource | table | columns |
|---|---|---|
${billing
  .flatMap((resource) => [
    line(resource.name, getTableConfig(resource.table).name),
    ...('nested' in resource ? (resource.nested ?? []) : []).map(({ name, table }) =>
      line(`↳ ${name}`, getTableConfig(table).name),
    ),
  ])
  .join('\n')}

### By name

${byName.length} more lists are read when \`additionalData.resources\` names them; \`["*"]\` names every resource of this page.
They share one table:

| table | columns |
|---|---|
| \`provider_objects\` | ${columns('provider_objects')} |

${byName.map((name) => `- \`${name}\``).join('\n')}

## How an incremental job sees a change

A full job sees every change of every list. An incremental job sees, with the next job after it:

| change | seen | resources |
|---|---|---|
${changesSeen().join('\n')}

- The feed has an event within seconds, and a job looks back ten minutes behind each cursor. The worker remembers the newest 200 events of an account that it applied. An event that becomes visible up to a day late is applied if the page that passes those ten minutes has it; the object is then fetched by id. What comes later still, or lies behind more events than fit on that page, is found by a full job.
- **Open rows** are those whose state Stripe may still change without an event. An incremental job asks for them with the fewest requests: by id, by Stripe's list of open objects, or by the window of creation that has them. It asks for 500 rows of a resource at most, the newest first, and for 50 by id where there is no list of open ones.
- A balance transaction is asked for from its \`available_on\` on.
- Changes of other rows that no event announces, such as the metadata of a payment intent, are seen by the next full job.
- Deletions without an event are seen by the next full job.

## PayPal

Declared, but not available yet. A job for it fails with [\`provider_not_available\`](errors.md#provider_not_available).
`
}

/** Rows of the table of changes. */
function changesSeen(): readonly string[] {
  const events = new Set(Object.values(eventResources))
  const groups = new Map<string, string[]>()
  for (const { name, createdFilter, unsettled } of stripeResources) {
    const whole = !createdFilter || unsettled === 'every row'
    const how = announced.includes(name)
      ? '| new, changed, deleted | by its event |'
      : whole
        ? `| new, changed | the list is read whole${events.has(name) ? ', and some changes have an event' : ''} |`
        : `| new | by time of creation |\n| changed | ${[...(events.has(name) ? ['if it has an event'] : []), ...(unsettled ? [`while ${openRows(unsettled)}`] : [])].join('; ') || 'by a full job'} |`
    for (const row of how.split('\n')) groups.set(row, [...(groups.get(row) ?? []), `\`${name}\``])
  }
  return [...groups].map(([how, names]) => `${how} ${names.join(', ')} |`)
}

function openRows({
  by,
  values,
}: Exclude<NonNullable<(typeof stripeResources)[number]['unsettled']>, 'every row'>): string {
  const name = 'column' in by ? by.column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : by.field
  return `\`${name}\` is ${values.map((value) => value ?? 'null').join(' or ')}`
}

const line = (resource: string, table: string) => `| ${resource} | \`${table}\` | ${columns(table)} |`

function columns(table: string): string {
  const synced = syncedTables.get(table)
  return (synced ? columnsOf(synced) : []).filter((column) => !everywhere.includes(column)).join(', ')
}
