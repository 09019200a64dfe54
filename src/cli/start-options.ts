import * as z from 'zod'
import { flag, option } from './options.ts'
import { providersThere, syncOptions } from './sync-options.ts'

export const startOptions = z.object({
  ...syncOptions,
  provider: option(
    'NAME',
    `what is synced: ${providersThere.join(', ')}, a custom one, or all of the first at once`,
    z.string().default('stripe'),
  ),
  resources: option(
    'A,B',
    'these resources; default: what a job reads if none are named; all: every list',
    z.string().default('customers'),
  ),
  incremental: flag('what changed since the last sync'),
  force: flag('overwrite whatever is stored, as verify may ask for'),
  keep: flag('leave the database up afterwards'),
  verbose: flag('log every step to standard error'),
})

export type StartOptions = z.infer<typeof startOptions>

/** The command that does the same again. */
export function commandLine(options: StartOptions): string {
  const initial = startOptions.parse({})
  const differing = Object.entries(options).filter(([key, value]) => value !== Reflect.get(initial, key))
  const args = differing.map(([key, value]) => (value === true ? `--${kebab(key)}` : `--${kebab(key)} ${value}`))
  return ['npm start', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}

const kebab = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
