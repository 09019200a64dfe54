import * as z from 'zod'
import { exampleProvider } from '../local/custom.ts'
import { builtInProviders } from '../local/provider.ts'
import { densities } from '../sandbox/server/density.ts'
import { option, tenantId } from './options.ts'
import { wholeNumber } from './whole-number.ts'

/** The tenant whose data a local run syncs, unless another is named: a second start finds the first one's rows. */
export const localTenant = '11111111-1111-4111-8111-111111111111'

/** What there is without configuration: the built-in providers and the example of a custom one. */
export const providersThere: readonly string[] = [...builtInProviders, exampleProvider]

/** What `start` and `verify` are told alike: whose data, and what the sandbox holds if it stands for the provider. */
export const syncOptions = {
  provider: option('NAME', `the provider: ${providersThere.join(', ')} or a custom one`, z.string().default('stripe')),
  tokenEnv: option('NAME', 'the environment variable with the token of a custom provider', z.string().optional()),
  customers: option('N', 'customers in the sandbox', wholeNumber(0, 2_000_000, 10_000)),
  latency: option('MS', 'milliseconds before each answer of the sandbox', wholeNumber(0, 60_000, 50)),
  density: option(
    'KIND',
    `when its customers were created: ${densities.join(', ')}`,
    z.enum(densities, `takes ${densities.slice(0, -1).join(', ')} or ${densities.at(-1)}`).default('growing'),
  ),
  tenant: option('UUID', 'the tenant', tenantId.default(localTenant)),
}
