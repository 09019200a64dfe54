import type pg from 'pg'

/** What the worker needs of a server and a database. */
export interface ServerFacts {
  /** As `server_version` shows it, such as `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string
  /** `server_version_num`: 150018 is 15.18. */
  readonly number: number
  /** As `getdatabaseencoding()` shows it. */
  readonly encoding: string
}

export interface Unfit {
  readonly problem: string
  readonly advice: string
}

/** The columns of ServerFacts, for a `select`. */
export const serverFacts = `current_setting('server_version') as version,
  current_setting('server_version_num')::int as number, getdatabaseencoding()::text as encoding`

/** The first version whose views read with the rights of their reader (security_invoker). */
const oldest = 150_000

/** Why the worker's tables do not fit here; none if they do. */
export function unfit({ version, number, encoding }: ServerFacts): readonly Unfit[] {
  const isOld = { problem: `Postgres ${version} is too old`, advice: 'Use Postgres 15 or newer.' }
  const lacksCharacters = {
    problem: `the encoding of the database is ${encoding}, which cannot store every name`,
    advice: `Make a database with "create database … encoding 'UTF8' template template0", and name it in the connection string.`,
  }
  return [...(number < oldest ? [isOld] : []), ...(encoding === 'UTF8' ? [] : [lacksCharacters])]
}

/** @throws Error in words if the worker's tables do not fit here */
export async function refuseUnfit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<ServerFacts>(`select ${serverFacts}`)
  for (const { problem, advice } of rows.flatMap(unfit)) throw new Error(`migrate: ${problem}. ${advice}`)
}
