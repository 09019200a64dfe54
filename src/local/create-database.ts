import { Client, DatabaseError, escapeIdentifier } from 'pg'

interface Options {
  /** The database to copy, which nobody may be connected to. Its files are copied: about 20 ms, whatever is in it. */
  readonly template?: string
  /** Take a database of this name that is there already, as it is. Without it that is an error. */
  readonly ifMissing?: boolean
}

const duplicateDatabase = '42P04'
const uniqueViolation = '23505' // what the slower of two at the same time gets
const longestName = 63 // bytes; Postgres cuts longer ones without a word

/** Creates a database on the server of `url` and returns its URL. */
export async function createDatabase(url: string, name: string, options: Options = {}): Promise<string> {
  if (Buffer.byteLength(name) > longestName) throw new Error(`postgres: database name longer than 63 bytes: ${name}`)
  const template =
    options.template === undefined ? '' : ` template ${escapeIdentifier(options.template)} strategy file_copy`

  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${escapeIdentifier(name)}${template}`)
  } catch (error) {
    if (!(options.ifMissing && isDuplicate(error))) throw error
  } finally {
    await client.end()
  }
  const created = new URL(url)
  created.pathname = encodeURI(name) // which `pg` undoes; it leaves what encodeURIComponent does to reserved signs
  return created.href
}

function isDuplicate(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === duplicateDatabase || error.code === uniqueViolation)
}
