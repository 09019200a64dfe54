import type pg from 'pg'

interface Refused {
  readonly name: string
  /** Whether the worker cannot work with `value`, as SQL. */
  readonly isRefused: string
  readonly problem: string
}

const refused: readonly Refused[] = [
  {
    // The worker takes it for somebody's decision, such as a provider's whose disk is full, and does not overrule it.
    name: 'default_transaction_read_only',
    isRefused: 'value::boolean',
    problem: 'transactions are read-only by default here, so that the worker could write nothing',
  },
  {
    // Only a superuser may set it, so that the worker cannot.
    name: 'session_replication_role',
    isRefused: `lower(value) = 'replica'`,
    problem: 'triggers are switched off by default here, so that the changes of MRR would be lost',
  },
]

/**
 * Refuses a database, or a login of the worker, with settings that the worker can neither work with nor change.
 * @throws Error with the statements that end them
 */
export async function refuseSettings(client: pg.Client): Promise<void> {
  for (const { name, isRefused, problem } of refused) {
    const { rows } = await client.query<{ whose: string }>(whoHas(isRefused), [name])
    if (rows.length === 0) continue
    const statements = rows.map(({ whose }) => `ALTER ${whose} RESET ${name};`)
    throw new Error(`migrate: ${problem}. Nothing was changed. Let an administrator run: ${statements.join(' ')}`)
  }
}

/** A case, because Postgres may evaluate conditions in any order. */
const whoHas = (isRefused: string) => `
  select distinct case
      when setrole = 0 then format('DATABASE %I', current_database())
      when setdatabase = 0 then format('ROLE %I', rolname)
      else format('ROLE %I IN DATABASE %I', rolname, current_database()) end as whose
  from pg_db_role_setting
  left join pg_roles on pg_roles.oid = setrole
  cross join unnest(setconfig) as entry
  where setdatabase in (0, (select oid from pg_database where datname = current_database()))
    and (setrole = 0 or rolname = current_user
      -- A superuser counts as a member of every role.
      or (not rolsuper and pg_has_role(setrole, to_regrole('billing_sync_worker')::oid, 'member')))
    and case when lower(split_part(entry, '=', 1)) = $1 then (select ${isRefused} from split_part(entry, '=', 2) as value) end
  order by 1`
