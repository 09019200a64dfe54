import pg from 'pg'

/** The advisory lock that each process holds, shared, while it uses the embedded server. */
const usersLock = 1_912_014_237
/** A comment on the database keeps up the server that runs now, and none that is started later. */
const keptComment = `'kept up since ' || pg_postmaster_start_time()`

/** Registers this process as a user of the embedded server. A lock ends with its process, however that ends. */
export async function joinUsers(url: string) {
  const client = new pg.Client({ connectionString: url, application_name: 'billing-sync users' })
  client.on('error', () => {}) // the server was stopped under us
  await client.connect()
  await client.query('select pg_advisory_lock_shared($1)', [usersLock])
  return {
    async keepServer(): Promise<void> {
      const { rows } = await client.query<{ comment: string }>(`select quote_literal(${keptComment}) as comment`)
      await client.query(`comment on database billing is ${rows[0]?.comment}`)
    },
    /** @returns whether the server is to be stopped now: no other process uses it, and it is not kept */
    async leave(): Promise<boolean> {
      try {
        await client.query('select pg_advisory_unlock_shared($1)', [usersLock])
        const { rows } = await client.query<{ last: boolean }>(
          `select pg_try_advisory_lock($1) and shobj_description(oid, 'pg_database') is distinct from ${keptComment} as last
           from pg_database where datname = current_database()`,
          [usersLock],
        )
        return rows[0]?.last ?? false
      } catch {
        return true // the connection broke: the server is stopping, or its state is not known
      } finally {
        await client.end()
      }
    },
  }
}
