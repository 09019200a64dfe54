import type { createRandom } from '../support/random.ts'

/** What a trespasser works with: the tenant it is allowed, another's, and a table with a row of each. */
export interface Ground {
  readonly attacker: string
  readonly victim: string
  readonly table: string
  /** The victim's row and its own, as JSON. */
  readonly theirs: string
  readonly mine: string
  readonly role: string
}

type Random = ReturnType<typeof createRandom>

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const named = (tenant: string) => `select set_config('app.tenant_id', ${quoted(tenant)}, true)`

/** How the transaction begins: with no tenant, an empty one, its own, one that is none, or another's that has ended. */
const settings: Readonly<Record<string, (ground: Ground) => string>> = {
  none: () => 'begin',
  empty: () => `begin; ${named('')}`,
  own: ({ attacker }) => `begin; ${named(attacker)}`,
  nil: () => `begin; ${named('00000000-0000-0000-0000-000000000000')}`,
  garbage: () => `begin; ${named("' or true --")}`,
  'own, for the session': ({ attacker }) => `begin; select set_config('app.tenant_id', ${quoted(attacker)}, false)`,
  'of a transaction that ended': ({ victim }) => `begin; ${named(victim)}; commit; begin`,
  'of a savepoint that was undone': ({ victim }) => `begin; savepoint s; ${named(victim)}; rollback to savepoint s`,
}

/** What tells the victim's rows from its own, so that whatever is found or changed is too much. */
const predicates: readonly ((ground: Ground) => string)[] = [
  ({ victim }) => `t.tenant_id = '${victim}'`,
  ({ attacker }) => `t.tenant_id <> '${attacker}'`,
  ({ victim }) => `t.tenant_id::text like '${victim.slice(0, 8)}%'`,
  ({ victim, attacker }) => `t.tenant_id in ('${victim}', '${attacker}') and t.tenant_id <> '${attacker}'`,
  ({ attacker, table }) =>
    `exists (select from ${table} as other where other.tenant_id <> '${attacker}' and other.tenant_id = t.tenant_id)`,
  ({ attacker }) =>
    `case when t.tenant_id = '${attacker}' then false else 1 / (length(t.tenant_id::text) - 36) = 0 end`,
]

type Act = (ground: Ground, where: string) => string

const copyOf = (table: string, row: string) =>
  `insert into ${table} select r.* from jsonb_populate_record(null::${table}, ${quoted(row)}) as r`
/** The row with the victim as its tenant and, but for the tenant, the trespasser's own key. */
const disguised = ({ mine, victim }: Ground) => JSON.stringify({ ...JSON.parse(mine), tenant_id: victim })

/** What is tried then; each must fail or find nothing. */
export const acts: Readonly<Record<string, Act>> = {
  select: ({ table }, where) => `select * from ${table} as t where ${where}`,
  'select for update': ({ table }, where) => `select * from ${table} as t where ${where} for update`,
  'select through a join': ({ table }, where) =>
    `select t.* from sync_jobs as j right join ${table} as t on true where ${where}`,
  'select through a union': ({ table }, where) =>
    `select t.tenant_id from ${table} as t where ${where} union all select t.tenant_id from ${table} as t where ${where}`,
  'select through a function of one’s own': ({ table, attacker }, where) =>
    `create function pg_temp.show(x text) returns boolean language plpgsql cost 0.0001 as $$ begin if x <> '${attacker}' then raise exception 'seen' using errcode = 'ZZ001'; end if; return true; end $$; select * from ${table} as t where ${where} and pg_temp.show(t.tenant_id::text)`,
  'read the planner’s statistics': ({ table }) => `select * from pg_stats where tablename = '${table}'`,
  update: ({ table }, where) => `update ${table} as t set tenant_id = t.tenant_id where ${where}`,
  'update into one’s own': ({ table, attacker }, where) =>
    `update ${table} as t set tenant_id = '${attacker}' where ${where}`,
  'give one’s own row away': ({ table, attacker, victim }) =>
    `update ${table} as t set tenant_id = '${victim}' where t.tenant_id = '${attacker}'`,
  insert: (ground) => copyOf(ground.table, disguised(ground)),
  'insert what is there': ({ table, theirs }) => copyOf(table, theirs),
  'upsert, doing nothing': ({ table, theirs }) => `${copyOf(table, theirs)} on conflict do nothing`,
  'upsert over the victim’s row': ({ table, theirs }) =>
    `${copyOf(table, theirs)} on conflict (${keys[table] ?? 'tenant_id, provider, account, id'}) do update set tenant_id = excluded.tenant_id`,
  merge: ({ table, victim }) =>
    `merge into ${table} as t using (select '${victim}'::uuid as id) as s on t.tenant_id = s.id when matched then update set tenant_id = s.id`,
  delete: ({ table }, where) => `delete from ${table} as t where ${where}`,
  truncate: ({ table }) => `truncate ${table}`,
  'turn the policies off': ({ table }, where) =>
    `set local row_security = off; select * from ${table} as t where ${where}`,
  'become the owner': ({ table }, where) => `set role postgres; select * from ${table} as t where ${where}`,
  'become the reader': ({ table }, where) => `set role billing_sync_reader; select * from ${table} as t where ${where}`,
  'become another session': ({ table }, where) =>
    `set session authorization postgres; select * from ${table} as t where ${where}`,
  'fall back on another role': ({ table }, where) =>
    `reset role; reset session authorization; select * from ${table} as t where ${where}`,
  'take the reader’s role': ({ role }) => `grant billing_sync_reader to ${role}`,
  'bypass by attribute': ({ role }) => `alter role ${role} bypassrls`,
  'be a superuser': ({ role }) => `alter role ${role} superuser`,
  'make a role': () => `create role trespasser superuser`,
  'stop forcing': ({ table }) => `alter table ${table} no force row level security`,
  disable: ({ table }) => `alter table ${table} disable row level security`,
  'drop the policy': ({ table }) => `drop policy tenant on ${table}`,
  'add a policy': ({ table }) => `create policy mine on ${table} using (true)`,
  'own the table': ({ table, role }) => `alter table ${table} owner to ${role}`,
  'grant oneself more': ({ table, role }) => `grant all on ${table} to ${role}`,
  'look from a view': ({ table }) => `create view peep as select * from ${table}`,
  'look from a trigger': ({ table }) =>
    `create trigger peep before insert on ${table} for each row execute function suppress_redundant_updates_trigger()`,
  'look from a function': () =>
    `create function peep() returns bigint language sql security definer as 'select count(*) from sync_jobs'`,
  'look from another database’s files': () => `select pg_read_file('PG_VERSION')`,
  'look from the system’s tables': () => `select * from pg_authid`,
}

const keys: Readonly<Record<string, string>> = {
  erased_ids: 'tenant_id, provider, account, hash',
  erased_tenants: 'tenant_id',
  erasure_requests: 'tenant_id, id',
  sync_event_counts: 'tenant_id, provider, account, hour, shard',
  mrr_changes: 'tenant_id, provider, account, customer_id, currency, livemode, day',
  mrr_month_sums: 'tenant_id, provider, account, currency, livemode, month',
  mrr_history: 'tenant_id, provider, account, item_id, valid_from',
  sync_jobs: 'tenant_id, provider, id',
  sync_accounts: 'tenant_id, provider, account',
  sync_cursors: 'tenant_id, provider, account, resource',
  sync_rejects: 'tenant_id, provider, account, resource, item_key',
  sync_schedules: 'tenant_id, id',
  provider_objects: 'tenant_id, provider, account, resource, id',
  unlisted_rows: 'tenant_id, provider, account, resource, id, part',
}

export interface Attempt {
  readonly act: string
  readonly setting: string
  /** Statements for one message; what the last of them says counts. */
  readonly text: string
}

export function attempt(random: Random, ground: Ground): Attempt {
  const act = random.pick(Object.keys(acts))
  const setting = random.pick(Object.keys(settings))
  const where = random.pick(predicates)(ground)
  const begin = settings[setting]?.(ground) ?? ''
  return { act, setting, text: `${begin}; ${acts[act]?.(ground, where) ?? ''}` }
}
