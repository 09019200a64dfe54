import pg from 'pg'
import { expect } from 'vitest'

/** The schemas of the worker: its tables, the views for people, and the one with the journal and the queue. */
export const ownedSchemas = ['public', 'metrics', 'billing_sync'] as const

/** A function keeps the search path that it was made with, which says where its tables are. */
const ofFunction = /^ SET search_path TO .*'public'.*$/m

const described = `
  with owned as (select oid, nspname as name from pg_namespace where nspname = any ($1)),
  relation as (select class.oid, owned.name || '.' || relname as name, relkind, reloptions, relacl from pg_class class join owned on owned.oid = relnamespace)
  select 'relation' as kind, name, relkind::text as part, reloptions::text || relacl::text as text from relation
  union all select 'column', relation.name, attname, concat_ws(' ', attnum, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid))
    from pg_attribute attribute join relation on relation.oid = attrelid
    left join pg_attrdef initial on initial.adrelid = attrelid and initial.adnum = attnum where attnum > 0 and not attisdropped
  union all select 'constraint', relation.name, conname, pg_get_constraintdef(pg_constraint.oid) from pg_constraint join relation on relation.oid = conrelid
  union all select 'index', relation.name, indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index join relation on relation.oid = indrelid
  union all select 'view', relation.name, '', pg_get_viewdef(relation.oid) from relation where relkind = 'v'
  union all select 'trigger', relation.name, tgname, pg_get_triggerdef(pg_trigger.oid) from pg_trigger join relation on relation.oid = tgrelid where not tgisinternal
  union all select 'policy', relation.name, polname, concat_ws(' / ', polcmd, polroles::regrole[]::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from pg_policy join relation on relation.oid = polrelid
  union all select 'function', owned.name || '.' || proname, pg_get_function_identity_arguments(pg_proc.oid), concat_ws(' ', pg_get_functiondef(pg_proc.oid), proacl::text)
    from pg_proc join owned on owned.oid = pronamespace
  union all select 'comment', relation.name, objsubid::text, description from pg_description join relation on relation.oid = objoid where classoid = 'pg_class'::regclass
  union all select 'rights', owned.name, '', nspacl::text from pg_namespace join owned on owned.oid = pg_namespace.oid
  union all select 'state', provider, kind, status || ' ' || state from states
  union all select 'migration', tables_in, name, hash from billing_sync.migrations
  order by 1, 2, 3, 4`

/** All that migrations made, in words of Postgres: a line each. */
export async function describeSchemas(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<'kind' | 'name' | 'part' | 'text', string>>(described, [ownedSchemas])
    for (const schema of ownedSchemas)
      expect(rows.filter(({ name }) => name.startsWith(`${schema}.`)).length).toBeGreaterThan(10)
    return rows.map(({ kind, name, part, text }) => `${kind} ${name} ${part} ${text?.replace(ofFunction, '')}`)
  } finally {
    await client.end()
  }
}
