import { getTableColumns, getTableName } from 'drizzle-orm'
import { providerObjects, type SyncedTable } from '../../src/db/schema.ts'
import { columnsOf, syncedTables } from '../../src/db/synced-tables.ts'
import type { ProviderResource } from '../../src/provider/contract.ts'
import { changesSeen } from './changes-seen.ts'
import { type DocumentedProvider, providers } from './providers.ts'

/** Columns that every table has; the page names them once. */
const everywhere = columnsOf(providerObjects).filter((name) =>
  [...syncedTables.values()].every((table) => columnsOf(table).includes(name)),
)

/** docs/resources.md: the tables and their columns, and what each provider lists. */
export function resources(documented: readonly DocumentedProvider[] = providers): string {
  return `# Resources

Every table has ${everywhere.map((column) => `\`${column}\``).join(', ')}. \`\\d+ customers\` in psql explains each column.

- Amounts are whole numbers in the minor unit of their currency, by ISO 4217. Decimals are \`numeric\`. Neither is ever a float.${documented
    .map(otherUnits)
    .join('')}
- Ids of other objects are text. There are no foreign keys, because resources are read in parallel and arrive in any order.
- Status words are the provider's own. The table \`states\` gives each word a state that all providers share.
- A field whose shape the worker does not know is null. \`raw\` has the whole object.
- A deleted object keeps its row and has \`deleted_at\`.
- [queries](queries.md) has examples.

## Tables

All providers write to the same tables. A provider leaves those columns null that it has no value for.

| table | columns |
|---|---|
${[...syncedTables].map(([name, table]) => `| \`${name}\` | ${ownColumns(table).join(', ')} |`).join('\n')}

${documented.map(section).join('\n')}
## How an incremental job sees a change

A full job sees every change of every list. An incremental job sees, with the next job after it:

${documented
  .filter(({ resources }) => resources.length > 0)
  .map(changes)
  .join('\n')}`
}

function otherUnits({ title, currencyDigits = {} }: DocumentedProvider): string {
  const units = Object.entries(currencyDigits).map(
    ([code, digits]) => `${code} ${unitNames[digits] ?? `with ${digits} decimal places`}`,
  )
  return units.length === 0 ? '' : ` ${title} counts ${units.join(', ')}.`
}

const unitNames: Readonly<Record<number, string>> = { 0: 'in whole units', 2: 'in hundredths' }

function section({ title, resources }: DocumentedProvider): string {
  const byName = resources.filter(({ optional }) => optional)
  return `## ${title}

A job without \`additionalData.resources\` reads these. A line with ↳ is a list inside the objects above it.

| resource | table | columns that are always null |
|---|---|---|
${resources
  .filter(({ optional }) => !optional)
  .flatMap((resource) => [line(resource), ...(resource.nested ?? []).map((list) => line(list, '↳ '))])
  .join('\n')}
${byName.length === 0 ? '' : named(byName)}`
}

function named(byName: readonly ProviderResource[]): string {
  const tables = [...new Set(byName.map(({ table }) => `\`${getTableName(table)}\``))]
  return `
### By name

${byName.length} more lists are read when \`additionalData.resources\` names them; \`["*"]\` names every resource of this section.
They are in ${tables.join(', ')}.

${byName.map(({ name }) => `- \`${name}\``).join('\n')}
`
}

function line({ name, table, row }: Pick<ProviderResource, 'name' | 'table' | 'row'>, mark = ''): string {
  const columns = getTableColumns(table)
  const absent = Object.entries(row.paths ?? {}).filter(([, paths]) => paths.length === 0)
  const names = absent.flatMap(([key]) => Object.entries(columns).filter(([known]) => known === key))
  return `| ${mark}${name} | \`${getTableName(table)}\` | ${names.map(([, column]) => column.name).join(', ')} |`
}

function changes(provider: DocumentedProvider): string {
  const notes = (provider.notes ?? []).map((note) => `- ${note}\n`).join('')
  return `### Changes of ${provider.title}

| change | seen | resources |
|---|---|---|
${changesSeen(provider).join('\n')}
${notes === '' ? '' : `\n${notes}`}`
}

const ownColumns = (table: SyncedTable) => columnsOf(table).filter((column) => !everywhere.includes(column))
