import { parseArgs } from 'node:util'
import * as z from 'zod'

/** The tenant whose data a local run syncs, unless another is named: a second start finds the first one's rows. */
export const localTenant = '11111111-1111-4111-8111-111111111111'

const count = (name: string, max: number) =>
  z.coerce
    .number(`--${name} takes a whole number from 0 to ${max}`)
    .int(`--${name} takes a whole number`)
    .min(0)
    .max(max)

const options = z.object({
  customers: count('customers', 2_000_000).default(10_000),
  latency: count('latency', 60_000).default(50),
  density: z
    .enum(['growing', 'uniform', 'burst', 'same-second'], '--density takes growing, uniform, burst or same-second')
    .default('growing'),
  // As in a message: any case, any kind of UUID.
  tenant: z
    .guid('--tenant takes a UUID')
    .transform((text) => text.toLowerCase())
    .default(localTenant),
  resources: z.string().default('customers').transform(resourceNames),
  incremental: z.boolean().default(false),
  keep: z.boolean().default(false),
  verbose: z.boolean().default(false),
  help: z.boolean().default(false),
})

/** As additionalData.resources wants them; undefined for what a job reads unless told otherwise. */
function resourceNames(names: string): string[] | undefined {
  if (names === 'default') return undefined
  return names === 'all' ? ['*'] : names.split(',').map((name) => name.trim())
}

export type LocalOptions = z.infer<typeof options>

export const help = `npm start -- [options]

  --customers N    customers in the sandbox (10000)
  --latency MS     milliseconds before each of its answers (50)
  --density KIND   growing, uniform, burst or same-second (growing)
  --tenant UUID    whose data it is (${localTenant})
  --resources A,B  these resources (customers); default: what a job reads unless told otherwise; all: every list
  --incremental    what changed since the last sync
  --keep           leave the database up afterwards
  --verbose        log every step to standard error
  --help           this text`

/** The command line of `npm start`. @throws Error with a sentence */
export function readArguments(args: readonly string[]): LocalOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      customers: text,
      latency: text,
      density: text,
      tenant: text,
      resources: text,
      incremental: flag,
      keep: flag,
      verbose: flag,
      help: flag,
    },
  })
  const parsed = options.safeParse(values)
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map((issue) => issue.message).join('\n'))
}
