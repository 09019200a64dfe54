import type { Explanation } from './explanation.ts'

/** Codes of Postgres. */
export const databaseCodes = {
  no_database: {
    happened: 'No connection string is set, or its root certificate cannot be read.',
    do: 'Set `ConnectionStrings.DefaultConnection`. Check the path of `Root Certificate`.',
    retried: 'next start',
  },
  database_unavailable: {
    happened:
      'Postgres cannot be reached, or ended the connection. The message has its code, such as ECONNREFUSED or 53300.',
    do: 'Check `ConnectionStrings.DefaultConnection`, the server, its connection limit, the security groups and the routes of the VPC.',
    retried: 'outage',
  },
  database_certificate: {
    happened: 'The connection to Postgres cannot be encrypted and verified as `SSL Mode` demands.',
    do: 'Correct `Root Certificate`, the certificate of the server, or `SSL Mode`.',
    retried: 'outage',
  },
  database_privilege: {
    happened: 'The database login may not do what the worker needs (42501).',
    do: 'Make the login a [member of `billing_sync_worker`](operations.md#logins).',
    retried: 'yes',
  },
  database_schema: {
    happened: 'Tables or columns are missing or differ: the code is newer than the database, or older.',
    do: '[Migrate](operations.md#migrate), or deploy the version that was migrated to. Messages come back to the queue until then.',
    retried: 'outage',
  },
  database_data: {
    happened: 'Postgres refused a value of the row of the job itself.',
    do: 'Report a bug with the SQLSTATE of the message.',
    retried: 'yes',
  },
  database_error: {
    happened:
      'Postgres refused the login (28P01, 28000), has no such database (3D000), or failed in a way that the worker does not know. The log has the cause.',
    do: 'Check `ConnectionStrings.DefaultConnection` for 28P01, 28000 and 3D000. Look any other SQLSTATE up in the manual of PostgreSQL, appendix A, and report a bug.',
    retried: 'yes',
  },
} as const satisfies Readonly<Record<string, Explanation>>
