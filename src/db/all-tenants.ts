import { reader } from './schema/tenants.ts'

/** A statement that returns `all`: whether Postgres shows the login the rows of all tenants. Another login sees one tenant at a time. */
export const seesAllTenants = `select rolsuper or rolbypassrls or exists (
    select from pg_roles as reader where reader.rolname = '${reader}' and pg_has_role(mine.oid, reader.oid, 'usage')) as all
  from pg_roles as mine where rolname = current_user`
