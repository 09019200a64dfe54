import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { columnsOf, syncedTables } from '../src/db/synced-tables.ts'

/*
 * The docstrings of the synced tables are their comments in Postgres, for whoever reads them in psql. A migration
 * states each once, and again where it has changed:
 *
 *   npx drizzle-kit generate --custom --name <name>
 *   node --import tsx scripts/comments.ts >> drizzle/<number>_<name>.sql
 */

/** The statements that the migrations lack. */
export function missingComments(): string[] {
  const stated = statedComments()
  return [...wantedComments()].filter(([of, text]) => stated.get(of) !== text).map(([of, text]) => statement(of, text))
}

/** What each table and column is to say, by `TABLE "customers"` and `COLUMN "customers"."email"`. */
function wantedComments(): ReadonlyMap<string, string> {
  const sources = readdirSync('src/db/schema').map((name) => readFileSync(`src/db/schema/${name}`, 'utf8'))
  const blocks = sources.flatMap((source) => source.split(/(?=\/\*\* [^\n]* \*\/\nexport )/))
  const common = described(blocks.find((block) => block.includes('export const observation')) ?? '')
  const wanted = new Map<string, string>()
  for (const [name, table] of syncedTables) {
    const block = blocks.find((one) => new RegExp(`export const \\w+ = \\w+\\(\\s*'${name}'`).test(one)) ?? ''
    const [, sentence] = /^\/\*\* (.*) \*\/\n/.exec(block) ?? []
    if (sentence) wanted.set(`TABLE "${name}"`, sentence)
    const columns = new Map([...common, ...described(block)])
    for (const column of columnsOf(table)) {
      const text = columns.get(column)
      if (text) wanted.set(`COLUMN "${name}"."${column}"`, text)
    }
  }
  return wanted
}

/** The docstrings of a block's columns, by the columns' names in SQL, as phrases. */
function described(block: string): ReadonlyMap<string, string> {
  const columns = block.matchAll(/\/\*\* (.*) \*\/\n\s+\w+: \w+\('(\w+)'/g)
  return new Map([...columns].map(([, text = '', name = '']) => [name, phrase(text)]))
}

const phrase = (sentence: string) =>
  sentence.replace(/\.$/, '').replace(/^(?!Stripe\b)[A-Z]/, (letter) => letter.toLowerCase())

/** What the migrations say, the last of each counts. */
function statedComments(): ReadonlyMap<string, string> {
  const files = readdirSync('drizzle').filter((name) => name.endsWith('.sql'))
  const migrations = files.toSorted().map((name) => readFileSync(`drizzle/${name}`, 'utf8'))
  const statements = migrations.join('\n').matchAll(/^COMMENT ON (.*?) IS '((?:[^']|'')*)'/gm)
  return new Map([...statements].map(([, of = '', text = '']) => [of, text.replaceAll("''", "'")]))
}

const statement = (of: string, text: string) =>
  `COMMENT ON ${of} IS '${text.replaceAll("'", "''")}';--> statement-breakpoint`

if (process.argv[1] === fileURLToPath(import.meta.url))
  // The last statement of a file has no breakpoint after it.
  console.log(
    missingComments()
      .join('\n')
      .replace(/--> statement-breakpoint$/, ''),
  )
