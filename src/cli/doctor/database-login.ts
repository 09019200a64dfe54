import type pg from 'pg'
import { reader, worker } from '../../db/schema/tenants.ts'
import { type Finding, findingsAbout } from './finding.ts'

const database = findingsAbout('database')

interface Login {
  readonly login: string
  readonly bypasses: boolean
  readonly owns: boolean
  readonly writes: boolean
  readonly missing: readonly string[]
  readonly open: readonly string[]
}

const facts = `
  select current_user as login, rolsuper or rolbypassrls as bypasses,
    (select pg_get_userbyid(relowner) = current_user from pg_class where oid = 'sync_jobs'::regclass) as owns,
    has_table_privilege('sync_jobs', 'insert') and has_table_privilege('sync_jobs', 'update') as writes,
    array(select name from unnest($1::text[]) as name where to_regrole(name) is null) as missing,
    array(select relname::text from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'tenant_id'
      where relkind in ('r', 'p') and relnamespace = (select relnamespace from pg_class where oid = 'sync_jobs'::regclass)
        and relname <> 'event_routes' and not (relrowsecurity and relforcerowsecurity) order by 1) as open
  from pg_roles where rolname = current_user`

/** The roles, row-level security, and what the login may do. */
export async function* checkLogin(client: pg.Client): AsyncGenerator<Finding> {
  const { rows } = await client.query<Login>(facts, [[worker, reader]])
  const [privileges] = rows
  if (!privileges) return
  const { login, bypasses, owns, writes, missing, open } = privileges
  yield missing.length === 0
    ? database.ok(`the roles ${worker} and ${reader} are there`)
    : database.fail(`the role ${missing.join(' and ')} is missing`, 'Create it as docs/operations.md#migrate says.')
  yield open.length === 0
    ? database.ok('row-level security is forced on every table with a tenant')
    : database.fail(
        `row-level security is not forced on ${open.join(', ')}`,
        `As the owner: alter table ${open[0]} enable row level security, force row level security. Do the same for the others.`,
      )
  if (bypasses)
    yield database.warn(
      `the login ${login} bypasses row-level security (row_security_bypassed)`,
      `Let the worker use a login of its own, a member of ${worker}. See docs/operations.md#logins.`,
    )
  else if (owns)
    yield database.warn(
      `the login ${login} owns the tables (login_owns_tables)`,
      `Let the worker use a login of its own, a member of ${worker}. See docs/operations.md#logins.`,
    )
  else if (writes) yield database.ok(`the login ${login} may do what the worker does`)
  else
    yield database.fail(
      `the login ${login} may not write jobs`,
      `Make the login of the worker a member of ${worker}: grant ${worker} to "${login}".`,
    )
}
