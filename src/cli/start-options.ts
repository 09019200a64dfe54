import * as z from 'zod'
import { liveOptions } from './live/options.ts'
import { flag, option, tenantId } from './options.ts'
import { localTenant, providersThere, syncOptions } from './sync-options.ts'
import { optionalWholeNumber } from './whole-number.ts'

/** The tenant of `--live`. It is not that of a plain start, whose rows stay as they are. */
export const liveTenant = '22222222-2222-4222-8222-222222222222'

const customers = { plain: 10_000, live: 200 } as const

/** What the command line names. `completed` fills in the rest. */
export const startOptions = z.object({
  ...syncOptions,
  provider: option(
    'NAME',
    `the provider to sync: ${providersThere.join(', ')}, a custom one, or all of the first at once`,
    z.string().default('stripe'),
  ),
  customers: option(
    'N',
    `customers in the sandbox (${customers.plain}; with --live ${customers.live})`,
    optionalWholeNumber(0, 2_000_000),
  ),
  tenant: option('UUID', `the tenant (${localTenant}; with --live ${liveTenant})`, tenantId.optional()),
  resources: option(
    'A,B',
    'these resources (customers; with --live those that events keep); default: what a job reads if none are named; all: every list',
    z.string().optional(),
  ),
  incremental: flag('sync only what changed since the last sync'),
  force: flag('overwrite whatever is stored, as verify may ask for'),
  keep: flag('leave the database up afterwards'),
  verbose: flag('log every step to standard error'),
  ...liveOptions,
})

type Given = z.infer<typeof startOptions>

export type StartOptions = Omit<Given, 'customers' | 'tenant' | 'resources'> & {
  readonly customers: number
  readonly tenant: string
  readonly resources: string
}

/** The options with what they are if the command line does not name them. `kept`: the resources that live events keep. */
export function completed(given: Given, kept: readonly string[] = []): StartOptions {
  const { live } = given
  return {
    ...given,
    customers: given.customers ?? (live ? customers.live : customers.plain),
    tenant: given.tenant ?? (live ? liveTenant : localTenant),
    resources: given.resources ?? (live ? kept.join(',') : 'customers'),
  }
}

/** The command that does the same again, of a start without --live. */
export function commandLine(options: StartOptions): string {
  const initial = completed(startOptions.parse({}))
  const differing = Object.entries(options).filter(([key, value]) => value !== Reflect.get(initial, key))
  const args = differing.map(([key, value]) => (value === true ? `--${kebab(key)}` : `--${kebab(key)} ${value}`))
  return ['npm start', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}

const kebab = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
