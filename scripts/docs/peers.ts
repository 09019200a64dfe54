import { readFileSync } from 'node:fs'

/*
 * The table of docs/performance.md that compares the worker with other tools. Every number in it is the one of
 * bench/results.md, which says on which commit and when it was measured.
 */

const source = 'bench/results.md'
const part = /(<!-- peers: [^\n]* -->\n)[\s\S]*?(\n<!-- to here -->)/

/** The document with the table as bench/results.md has it. A document without the part stays as it is. */
export function withPeers(document: string, results = readFileSync(source, 'utf8')): string {
  return document.replace(part, (_, begin: string, end: string) => `${begin}\n${peers(results)}\n${end}`)
}

const contestants: Readonly<Record<string, string>> = {
  'this worker': 'this worker',
  'stripe-node pages, one Drizzle upsert a page': 'stripe-node pages, one Drizzle upsert a page',
  '@stripe/sync-engine, 100 rps': '`@stripe/sync-engine`, 100 requests/s',
  '@supabase/stripe-sync-engine': '`@supabase/stripe-sync-engine`',
  'stripe-replit-sync': '`stripe-replit-sync`',
}

const heading = [
  '5,000 customers, 200 ms, 100 requests/s',
  'objects/s',
  'requests over the minimum',
  'client + Postgres CPU-s a million',
  'SQL statements a page',
  'rows an unchanged run rewrites, of 2,000',
]

function peers(results: string): string {
  const speed = tableOf(results, '5,000 customers, 200 ms, 100 requests/s')
  const statements = tableOf(results, 'Statements, and what a second run of unchanged objects writes')
  const { rounds, commit, 'measured at': at } = rowOf(tableOf(results, 'Runs'), 'peers')
  const rows = Object.entries(contestants).map(([name, shown]) => {
    const { 'objects/s': objects, ...fast } = rowOf(speed, name)
    const counted = rowOf(statements, name)
    const cpu = [fast['client CPU-s per million'], fast['Postgres CPU-s per million']].map(median).join(' + ')
    return [
      shown,
      median(objects),
      median(fast['requests over the minimum']),
      cpu,
      counted['SQL statements a page'],
      counted['rows it rewrites'],
    ]
  })
  const lines = [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n\nMedians of ${rounds} rounds, measured on ${at?.slice(0, 10)} (commit ${commit?.replace('+', '')}).`
}

type Row = Readonly<Record<string, string>>

/** The rows of the table under a heading of the second level, each cell by the name of its column. */
function tableOf(results: string, title: string): readonly Row[] {
  const section = results.split('\n## ').find((text) => text.startsWith(`${title}\n`))
  const [header = [], , ...rows] = (section ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  if (rows.length === 0) throw new Error(`${source}: has no table under "${title}"`)
  return rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])))
}

function rowOf(table: readonly Row[], name: string): Row {
  const row = table.find((cells) => Object.values(cells)[0] === name)
  if (row) return row
  throw new Error(`${source}: no row begins with "${name}"`)
}

/** The number before the parentheses, which hold the least and the most. */
const median = (cell: string | undefined) => cell?.replace(/ \(.*\)$/, '')
