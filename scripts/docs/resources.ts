import { getTableConfig } from 'drizzle-orm/pg-core'
import { columnsOf, syncedTables } from '../../src/db/synced-tables.ts'
import { billing, resources as stripeResources } from '../../src/providers/stripe/resources/index.ts'

/** Columns that every table has; the page names them once. */
const everywhere = [
  'tenant_id',
  'provider',
  'id',
  'created_at',
  'deleted_at',
  'raw',
  'raw_sha256',
  'observed_at',
  'synced_at',
]

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

## PayPal

Declared, but not available yet. A job for it fails with [\`provider_not_available\`](errors.md#provider_not_available).
`
}

const line = (resource: string, table: string) => `| ${resource} | \`${table}\` | ${columns(table)} |`

function columns(table: string): string {
  const synced = syncedTables.get(table)
  return (synced ? columnsOf(synced) : []).filter((column) => !everywhere.includes(column)).join(', ')
}
