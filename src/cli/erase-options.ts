import * as z from 'zod'
import { flag, option, tenantId } from './options.ts'

/** What an erasure does not do, in words: nobody should believe otherwise. */
export const eraseReach = `A customer's rows are found by ids. What rows of others say of the customer in metadata or in free text, such as a name in
  a description, is not looked for and stays: search for it yourself. So do dead letters, logs and backups.`

export const eraseDetails = `Without --customer all data of the tenant goes, and its later jobs fail. Removes rows with their payloads, rejects, and
what open jobs remember of them. A running job is taken from its worker and goes on by itself. Tombstones stay, hashes
only, so that no later sync stores the rows again. Asks nothing. Can be killed and run again.

A tenant without a job and without a row may be a misspelt UUID. Then nothing is changed, unless --unknown is given.

${eraseReach}`

export const eraseOptions = z
  .object({
    tenant: option('UUID', 'whose data it is', tenantId),
    customer: option(
      'ID',
      'only this customer and what is about it, as the provider names it: cus_…',
      z
        .string()
        .regex(/^[^\s@"'\\,]{1,255}$/, 'takes an id as the provider has it, such as cus_…; no address, no list')
        .optional(),
    ),
    account: option(
      'ID',
      'only in this account of the tenant, with its mode: acct_1ABC or acct_1ABC:test (all accounts)',
      z.string().trim().optional(),
    ),
    provider: option('NAME', 'whose id that is (stripe)', z.string().trim().toLowerCase().optional()),
    dryRun: flag('say what would go and change nothing'),
    unknown: flag('place the tombstone of a tenant that has not synced here yet, too'),
  })
  .refine(({ provider, account, customer }) => !(provider || account) || customer, {
    message: '--provider and --account go with --customer: a tenant is erased with all its providers and accounts.',
  })

export type EraseOptions = z.infer<typeof eraseOptions>
