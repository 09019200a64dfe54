import { parseArgs } from 'node:util'
import * as z from 'zod'

/** What an erasure does not do, in words: nobody should believe otherwise. */
export const eraseReach = `A customer's rows are found by ids. What rows of others say of the customer in metadata or in free text, such as a name in
  a description, is not looked for and stays: search for it yourself. So do dead letters, logs and backups.`

export const eraseHelp = `npm run erase -- --tenant UUID [--customer ID [--provider NAME]] [--dry-run]

  --tenant UUID     whose data it is; alone: all of it goes, and later jobs of the tenant fail
  --customer ID     only this customer and what is about it, as the provider names it: cus_…
  --provider NAME   whose id that is (stripe)
  --dry-run         says what would go and changes nothing

Removes rows with their payloads, rejects, and what open jobs remember of them; a running job is taken from its worker and
goes on by itself. Tombstones stay, hashes only, so that no later sync stores it again. Asks nothing. Can be killed and
run again.

${eraseReach}`

const options = z
  .object({
    tenant: z.guid('--tenant takes a UUID').transform((text) => text.toLowerCase()),
    customer: z
      .string()
      .regex(
        /^[^\s@"'\\,]{1,255}$/,
        '--customer takes an id as the provider has it, such as cus_…; no address, no list',
      )
      .optional(),
    provider: z.string().trim().toLowerCase().optional(),
    dryRun: z.boolean().default(false),
    help: z.boolean().default(false),
  })
  .refine(({ provider, customer }) => !provider || customer, {
    message: '--provider goes with --customer: a tenant is erased with all its providers',
  })
  .transform(({ provider = 'stripe', ...others }) => ({ ...others, provider }))

export type EraseOptions = z.infer<typeof options>

/** The command line of `npm run erase`. @throws Error with a sentence */
export function readEraseArguments(args: readonly string[]): EraseOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { tenant: text, customer: text, provider: text, 'dry-run': flag, help: flag },
  })
  const { 'dry-run': dryRun, ...others } = values
  if (values.help) return { tenant: '', customer: undefined, provider: 'stripe', dryRun: false, help: true }
  if (values.tenant === undefined) throw new Error('--tenant is missing: whose data? See npm run erase -- --help')
  const parsed = options.safeParse({ ...others, ...(dryRun !== undefined && { dryRun }) })
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map((issue) => issue.message).join('\n'))
}
