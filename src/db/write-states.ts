import pg from 'pg'
import type { Config } from '../config/load.ts'
import { configured, connect } from './connection.ts'
import { selectSettings } from './session.ts'

interface StatedProvider {
  readonly name: string
  /** The state of each status word, by kind. */
  readonly states?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * Makes the rows of these providers in the table `states` what they say, in one transaction.
 * @returns how many rows were written or removed
 */
export async function writeStates(settings: Config['database'], providers: readonly StatedProvider[]): Promise<number> {
  if (providers.length === 0) return 0
  const client = await connect(configured(settings, 'reject'), 'migrate')
  try {
    const searchPath = settings?.searchPath ? { search_path: settings.searchPath } : {}
    await client.query(`begin; ${selectSettings(searchPath)}`)
    const { rows } = await client.query<{ written: number }>(write, [
      providers.map(({ name }) => name),
      JSON.stringify(providers.flatMap(rowsOf)),
    ])
    await client.query('commit')
    return rows[0]?.written ?? 0
  } catch (error) {
    throw error instanceof pg.DatabaseError
      ? new Error(`migrate: the states of custom providers cannot be written: ${error.message}. Check them.`, {
          cause: error,
        })
      : error
  } finally {
    await client.end()
  }
}

const rowsOf = ({ name: provider, states = {} }: StatedProvider) =>
  Object.entries(states).flatMap(([kind, words]) =>
    Object.entries(words).map(([status, state]) => ({ provider, kind, status, state })),
  )

const write = `
  with wanted as (select * from jsonb_to_recordset($2::jsonb) as row(provider text, kind text, status text, state text)),
  gone as (
    delete from states where provider = any($1::text[])
      and not exists (select from wanted where (wanted.provider, wanted.kind, wanted.status) = (states.provider, states.kind, states.status))
    returning 1
  ),
  written as (
    insert into states (provider, kind, status, state) select provider, kind, status, state from wanted
    on conflict (provider, kind, status) do update set state = excluded.state where states.state <> excluded.state
    returning 1
  )
  select ((select count(*) from gone) + (select count(*) from written))::int as written`
