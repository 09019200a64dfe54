import pg from 'pg'

/**
 * Settings of Postgres that change what a statement reads or writes, with the values that the statements of this worker
 * are written for. A login, a database or a server may set others for its own reasons. They are set for a transaction
 * and end with it, so that a session in a pool stays as it was.
 */
export const neutralSettings = {
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Off, a table with policies refuses each statement instead of showing the rows of the tenant.
  row_security: 'on',
  exit_on_error: 'off',
  // MRR is read from the views of people.
  restrict_nonsystem_relation_kind: '',
  // It ends what the other limits leave alone.
  transaction_timeout: '0',
} as const

/** Settings that not every supported version of Postgres has. */
const newerSettings: ReadonlySet<string> = new Set(['restrict_nonsystem_relation_kind', 'transaction_timeout'])

/** One SELECT that sets these for the transaction it runs in. */
export function selectSettings(settings: Readonly<Record<string, string>>): string {
  return `select ${[...Object.entries(settings).map(([name, value]) => setting(name, value)), durable].join()}`
}

/**
 * Without it a server that crashes may forget what it confirmed: a job that has ended, whose message is gone. A higher
 * level than `on` stays.
 */
const durable = `case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`

function setting(name: string, value: string): string {
  const set = `set_config('${name}', ${pg.escapeLiteral(value)}, true)`
  return newerSettings.has(name) ? `case when current_setting('${name}', true) is not null then ${set} end` : set
}

/**
 * Does work on a connection outside a transaction, with these settings. Those that differ are set for the session and
 * reset afterwards, in case a pooler hands the session on.
 */
export async function inNeutralSession(
  client: pg.Client,
  settings: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select name from jsonb_each_text($1) as wanted (name, value)
     where current_setting(name, true) is not null and current_setting(name) is distinct from value`,
    [settings],
  )
  const differing = rows.map(({ name }) => name)
  for (const name of differing) await client.query(`select set_config($1, $2, false)`, [name, settings[name]])
  try {
    await work()
  } finally {
    for (const name of differing) await client.query(`reset ${name}`).catch(() => {})
  }
}
