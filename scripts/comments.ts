import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import * as schema from '../src/db/schema.ts'
import { syncedTables } from '../src/db/synced-tables.ts'

/*
 * The docstrings of the tables are their comments in Postgres, which psql shows. A migration states each comment, and
 * states it again after a change:
 *
 *   npx drizzle-kit generate --custom --name <name>
 *   node --import tsx scripts/comments.ts >> drizzle/<number>_<name>.sql
 */

/** The statements that the migrations lack. */
export function missingComments(): string[] {
  const stated = statedComments()
  return [...wantedComments()]
    .filter(([subject, text]) => stated.get(subject) !== text)
    .map(([subject, text]) => statement(subject, text))
}

/** The comment of each table and column, by `TABLE "customers"` and `COLUMN "customers"."email"`. */
function wantedComments(): ReadonlyMap<string, string> {
  const sources = readdirSync('src/db/schema').map((name) => readFileSync(`src/db/schema/${name}`, 'utf8'))
  const blocks = sources.flatMap((source) => source.split(/(?=\/\*\* [^\n]* \*\/\nexport )/))
  const common = described(blocks.find((block) => block.includes('export const observation')) ?? '')
  const wanted = new Map<string, string>()
  for (const table of Object.values<unknown>(schema).filter((value) => is(value, PgTable))) {
    const { name, columns } = getTableConfig(table)
    const block = blocks.find((text) => new RegExp(`export const \\w+ = \\w+\\(\\s*'${name}'`).test(text)) ?? ''
    const [, sentence] = /^\/\*\* (.*) \*\/\n/.exec(block) ?? []
    if (sentence) wanted.set(`TABLE "${name}"`, plain(sentence))
    const texts = new Map([...(syncedTables.has(name) ? common : []), ...described(block)])
    for (const column of columns) {
      const text = texts.get(column.name)
      if (text) wanted.set(`COLUMN "${name}"."${column.name}"`, text)
    }
  }
  return wanted
}

/** The docstrings of a block's columns, by the columns' names in SQL. */
function described(block: string): ReadonlyMap<string, string> {
  const columns = block.matchAll(/\/\*\* (.*) \*\/\n\s+\w+: \w+\('(\w+)'/g)
  return new Map([...columns].map(([, text = '', name = '']) => [name, plain(text)]))
}

/** psql shows no Markdown. */
const plain = (text: string) => text.replaceAll('`', '')

/** What the migrations say, the last of each counts. */
function statedComments(): ReadonlyMap<string, string> {
  const files = readdirSync('drizzle').filter((name) => name.endsWith('.sql'))
  const migrations = files.toSorted().map((name) => readFileSync(`drizzle/${name}`, 'utf8'))
  const statements = migrations.join('\n').matchAll(/^COMMENT ON (.*?) IS '((?:[^']|'')*)'/gm)
  return new Map([...statements].map(([, subject = '', text = '']) => [subject, text.replaceAll("''", "'")]))
}

const statement = (subject: string, text: string) =>
  `COMMENT ON ${subject} IS '${text.replaceAll("'", "''")}';--> statement-breakpoint`

if (process.argv[1] === fileURLToPath(import.meta.url))
  // The last statement of a file has no breakpoint after it.
  console.log(
    missingComments()
      .join('\n')
      .replace(/--> statement-breakpoint$/, ''),
  )
