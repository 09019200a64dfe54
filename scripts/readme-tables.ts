import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { columnsOf, syncedTables } from '../src/db/synced-tables.ts'
import { billing, resources } from '../src/providers/stripe/resources/index.ts'

/* The README's list of resources and columns: `node --import tsx scripts/readme-tables.ts` brings it up to date. */

const [start, end] = ['<!-- tables: scripts/readme-tables.ts writes from here -->', '<!-- to here -->']

/** Columns that every table has; the README names them once. */
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

/** The text with the part between the markers written anew. @throws Error where it has no markers */
export function withTables(readme: string): string {
  const [before, rest] = readme.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md: has no ${start} and ${end}`)
  return `${before}${start}\n${section()}\n${end}${after}`
}

function section(): string {
  const named = resources.filter(({ optional }) => optional).map(({ name }) => name)
  return [
    `Every table has ${everywhere.map((column) => `\`${column}\``).join(', ')}; besides:`,
    '',
    '| resource | table | columns |',
    '|---|---|---|',
    ...billing.flatMap((resource) => [
      line(resource.name, getTableConfig(resource.table).name),
      ...('nested' in resource ? (resource.nested ?? []) : []).map(({ name, table }) =>
        line(`↳ ${name}`, getTableConfig(table).name),
      ),
    ]),
    line('by name', 'provider_objects'),
    '',
    `By name, ${named.length} more lists, all in \`provider_objects\`: ${named.join(', ')}.`,
  ].join('\n')
}

function line(resource: string, table: string): string {
  const synced = syncedTables.get(table)
  const columns = synced ? columnsOf(synced).filter((column) => !everywhere.includes(column)) : []
  return `| ${resource} | \`${table}\` | ${columns.join(', ')} |`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync('README.md', withTables(readFileSync('README.md', 'utf8')))
