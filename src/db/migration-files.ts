import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file of `drizzle/`. */
export interface Migration {
  /** The file's name without its ending, such as `0013_accounts`. */
  readonly name: string
  /** SHA-256 of the file, as Drizzle computes it. */
  readonly hash: string
  readonly statements: readonly string[]
  /**
   * Whether each statement runs by itself, as `create index concurrently` needs. The file's first line says so. It is run
   * again from its start if it was interrupted, so that each statement must do nothing where it has been run. An index
   * that was left invalid is dropped first, if the file has its name in double quotes.
   */
  readonly outsideTransaction: boolean
}

const marker = '-- outside a transaction'

/**
 * How two files write the name of the schema. On servers with LZ4 that fails where the name needs quotes. The files are not
 * changed, because databases know them by their hashes, and their statements are corrected here.
 */
const unquoted = /(?<==\s)current_schema\(\)::regnamespace/g

/** The migrations of a folder that drizzle-kit writes, in their order. @throws Error if a file is missing */
export function readMigrations(folder: string): Migration[] {
  const journal: { readonly entries: readonly { readonly tag: string }[] } = JSON.parse(
    readFileSync(join(folder, 'meta', '_journal.json'), 'utf8'),
  )
  return journal.entries.map(({ tag }) => {
    const text = readFileSync(join(folder, `${tag}.sql`), 'utf8')
    return {
      name: tag,
      hash: createHash('sha256').update(text).digest('hex'),
      statements: text
        .replaceAll(unquoted, 'quote_ident(current_schema())::regnamespace')
        .split('--> statement-breakpoint')
        .filter((statement) => statement.trim() !== ''),
      outsideTransaction: text.startsWith(marker),
    }
  })
}
