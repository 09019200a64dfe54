import type pg from 'pg'
import type { Config } from '../../config/load.ts'
import { type ServerFacts, serverFacts, unfit } from '../../db/fit-server.ts'
import { neutralSettings } from '../../db/session.ts'
import { type Finding, findingsAbout } from './finding.ts'

const database = findingsAbout('database')

/** Milliseconds that the clocks of the server and of this machine may differ. */
const tolerance = 120_000

interface Server extends ServerFacts {
  readonly standby: boolean
  readonly readonly: boolean
  readonly triggers: boolean
  /** Milliseconds since 1970, as text: the session may round a number. */
  readonly now: string
  readonly left: number
  readonly differing: readonly string[]
}

const facts = `
  select ${serverFacts},
    pg_is_in_recovery() as standby, current_setting('default_transaction_read_only')::bool as readonly,
    current_setting('session_replication_role') <> 'replica' as triggers,
    (extract(epoch from clock_timestamp()) * 1000)::text as now,
    current_setting('max_connections')::int - (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as left,
    array(select name || ' = ' || current_setting(name, true) from jsonb_each_text($1) as wanted (name, value)
      where current_setting(name, true) is distinct from value and current_setting(name, true) is not null) as differing`

/** The version of the server and its encoding, whether it takes writes, and the settings that differ from what the worker sets. */
export async function* checkServer(client: pg.Client, { Worker }: Config): AsyncGenerator<Finding> {
  const wanted = { ...neutralSettings, synchronous_commit: 'on' }
  const { rows } = await client.query<Server>(facts, [JSON.stringify(wanted)])
  const [server] = rows
  if (!server) return
  const { version, standby, readonly, triggers, now, left, differing } = server
  const reasons = unfit(server)
  if (reasons.length === 0) yield database.ok(`Postgres ${version}`)
  for (const { problem, advice } of reasons) yield database.fail(problem, advice)
  if (standby)
    yield database.fail(
      'the server is a standby, which takes no writes',
      'Name the primary server in the connection string.',
    )
  else if (readonly)
    yield database.fail(
      'transactions are read-only by default (default_transaction_read_only)',
      'Switch it off for the database and for the login. npm run migrate names the statements.',
    )
  else yield database.ok('the server takes writes')
  if (!triggers)
    yield database.fail(
      'triggers are switched off (session_replication_role = replica), so that the changes of MRR are lost',
      'Set it back for the database and for the login. npm run migrate names the statements.',
    )
  if (differing.length > 0)
    yield database.ok(`settings of the server differ, and the worker sets its own: ${differing.join(', ')}`)
  const needed = Worker.Concurrency + 1
  if (left < needed)
    yield database.warn(
      `the server has ${left} connections left, and a worker opens up to ${needed}`,
      'Raise max_connections, lower Worker.Concurrency, or let fewer workers run at once.',
    )
  const ahead = Math.round((Number(now) - Date.now()) / 1_000)
  if (Math.abs(ahead) * 1_000 > tolerance)
    yield database.warn(
      `the clock of the server differs by ${Math.abs(ahead)} seconds from that of this machine`,
      'Set both by the same time service. The worker goes by the clock of the server.',
    )
}
