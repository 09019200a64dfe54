import * as z from 'zod'
import { flag, option, tenantId } from './options.ts'

/** What an erasure does not do, said in words, so that no reader expects it. */
export const eraseReach = `A customer's rows are found by ids. What rows of others say of the customer in metadata or in free text, such as a name in
  a description, is not looked for and stays: search for it yourself. So do dead letters, logs and backups.`

/** What an erasure of a customer changes besides. */
export const closedMonths = `Closed months of revenue change, because the history of MRR goes with a customer. Note the figures first if you need them:
  billing-sync revenue --csv.`

export const eraseDetails = `Without --customer all data of the tenant goes, and its later jobs fail. Removes rows with their payloads, rejects, and
what open jobs remember of them. A running job is taken from its worker and goes on by itself. Tombstones stay, hashes
only, so that no later sync stores the rows again. Asks for no confirmation. Can be killed and run again.

--pending carries out the erasures that providers ask for, of all tenants or of that of --tenant, those first that are due
first. A request for a whole account, as of a shop that has left, removes that account alone. With --dry-run it lists them
and changes nothing. Each is marked as done with the rows that went. One that fails stays open with its reason, and the
others go on. Several processes may do it at once. Ends with 1 if a request stays open. See billing-sync export --pending.

A tenant without a job and without a row may be a misspelt UUID. Then nothing is changed, unless --unknown is given.

${closedMonths}

${eraseReach}`

export const customerId = z
  .string()
  .regex(/^[^\s@"'\\,]{1,255}$/, 'takes an id as the provider has it, such as cus_…; no address, no list')

export const eraseOptions = z
  .object({
    tenant: option('UUID', 'the tenant', tenantId.optional()),
    customer: option(
      'ID',
      'only this customer and what is about it, as the provider names it: cus_…',
      customerId.optional(),
    ),
    account: option(
      'ID',
      'only in this account of the tenant, with its mode: acct_1ABC or acct_1ABC:test (all accounts)',
      z.string().trim().optional(),
    ),
    provider: option('NAME', 'the provider of the customer (stripe)', z.string().trim().toLowerCase().optional()),
    pending: flag('carry out the erasures that providers ask for'),
    dryRun: flag('say what would go and change nothing'),
    unknown: flag('place the tombstone of a tenant that has not synced here yet, too'),
  })
  .refine(({ tenant, pending }) => tenant !== undefined || pending, { path: ['tenant'], message: 'takes a UUID' })
  .refine(({ provider, account, customer }) => !(provider || account) || customer, {
    message: '--provider and --account go with --customer: a tenant is erased with all its providers and accounts.',
  })
  .refine(({ pending, customer, unknown }) => !pending || !(customer || unknown), {
    message: '--pending goes with --tenant and --dry-run alone: the requests say what is erased.',
  })

export type EraseOptions = z.infer<typeof eraseOptions>
