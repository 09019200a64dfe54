import type pg from 'pg'

/**
 * Refuses a database, or a login of the worker, whose transactions are read-only by default. The worker takes that for
 * somebody's decision, such as a provider's whose disk is full, and does not overrule it.
 * @throws Error with the statements that end it
 */
export async function refuseReadOnly(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ whose: string }>(
    `select distinct case
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
         and entry ilike 'default_transaction_read_only=%' and split_part(entry, '=', 2)::boolean
       order by 1`,
  )
  if (rows.length === 0) return
  const statements = rows.map(({ whose }) => `ALTER ${whose} RESET default_transaction_read_only;`)
  throw new Error(
    `migrate: transactions are read-only by default here, so that the worker could write nothing. Nothing was changed. Let an administrator run: ${statements.join(' ')}`,
  )
}
