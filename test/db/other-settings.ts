import pg from 'pg'

/** A setting of Postgres as pg_settings describes it. */
export interface Setting {
  readonly name: string
  readonly setting: string
  readonly vartype: 'bool' | 'enum' | 'integer' | 'real' | 'string'
  readonly enumvals: readonly string[] | null
  readonly min_val: string | null
  readonly max_val: string | null
}

/** Every setting that a login or a database may have of its own, but for what only the server's log and its developers need. */
export const settable = `select name, setting, vartype, enumvals, min_val, max_val from pg_settings
  where context in ('user', 'superuser') and category not like 'Reporting and Logging%' and category <> 'Developer Options'
  order by name`

/** Settings that are not tried, each with the reason. */
const left: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'refused by `migrate`, and waited for by the worker',
  session_replication_role: 'refused by `migrate`: only a superuser may set it back',
  transaction_read_only: 'belongs to a transaction',
  transaction_isolation: 'belongs to a transaction',
  transaction_deferrable: 'belongs to a transaction',
  max_stack_depth: 'its least value lets no statement be planned, of anybody',
  temp_file_limit: 'its least value lets nothing be sorted on disk',
  local_preload_libraries: 'names code',
  session_preload_libraries: 'names code',
  dynamic_library_path: 'names code',
  extension_control_path: 'names code',
}

/** Texts have no list of values. The values are ones that somebody may have. */
const texts: Readonly<Record<string, readonly string[]>> = {
  DateStyle: ['SQL, DMY', 'German', 'Postgres, MDY', 'ISO, DMY'],
  TimeZone: ['Asia/Kathmandu', 'America/St_Johns'],
  application_name: ['theirs'],
  client_encoding: ['LATIN1', 'SJIS'],
  default_table_access_method: ['heap'],
  default_tablespace: ['pg_default'],
  default_text_search_config: ['german'],
  lc_messages: ['POSIX'],
  lc_monetary: ['POSIX'],
  lc_numeric: ['POSIX'],
  lc_time: ['POSIX'],
  restrict_nonsystem_relation_kind: ['view,foreign-table'],
  search_path: ['public, pg_catalog', '"$user", public, pg_catalog'],
  temp_tablespaces: ['pg_default'],
}

/** Milliseconds that let a connection begin: nobody has one. */
const limits = /_timeout$/

export type Values = readonly (readonly [name: string, value: string])[]

/** Rounds of settings, so that each value of each setting is in one. */
export function roundsOf(settings: readonly Setting[]): Values[] {
  const all = settings.map((setting) => ({ name: setting.name, values: otherValues(setting) }))
  const count = Math.max(...all.map(({ values }) => values.length))
  return Array.from({ length: count }, (_, round) =>
    all.flatMap(({ name, values }) => {
      const value = values[round % Math.max(1, values.length)]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

/** Gives a database these settings and no others, for connections from now on. */
export async function alterDatabase(client: pg.Client, url: string, values: Values): Promise<void> {
  const database = new URL(url).pathname.slice(1)
  await client.query(`alter database ${database} reset all`)
  for (const [name, value] of values) {
    const list = value.split(', ').map(pg.escapeLiteral)
    await client.query(`alter database ${database} set ${name} = ${list}`)
  }
}

/** The values that differ from the one that holds now. */
function otherValues({ name, setting, vartype, enumvals, min_val, max_val }: Setting): string[] {
  if (name in left) return []
  if (vartype === 'string') return [...(texts[name] ?? [])]
  const values =
    vartype === 'bool'
      ? ['on', 'off']
      : vartype === 'enum'
        ? (enumvals ?? [])
        : limits.test(name)
          ? ['400']
          : [min_val ?? setting, max_val ?? setting]
  return values.filter((value) => value !== setting)
}
