import { type SQL, sql } from 'drizzle-orm'

/**
 * A text that names a secret or an account and holds no key, for `check`. Keys of providers have none of these shapes, apart
 * from those that are named by their beginning.
 */
export const referenceWithoutKey: SQL = sql`reference is null or length(reference) <= 2048 and (
    reference ~ '^(arn:aws|ssm:/)[^[:space:]]+$'
    or reference ~ '^[a-zA-Z]{1,20}[_:][a-zA-Z0-9_]{1,250}$' and reference !~* '^(sk|rk|pk|rkcs|whsec|shp[a-z]+|sq0[a-z]*)[_:-]'
  )`

/** The same for a list `webhook_secrets` of references to secrets. */
export const referencesOnly: SQL = sql`cardinality(webhook_secrets) <= 10
    and array_to_string(webhook_secrets, ' ', '') ~ '^((arn:aws|ssm:/)[^[:space:]]+( (?=.)|$))*$'`
