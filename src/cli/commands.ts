import type { Command } from './command.ts'

interface Entry {
  /** For the list of commands. */
  readonly about: string
  /** Loads the command alone, so that none waits for the modules of another. */
  load(): Promise<Command>
}

/** The subcommands of `billing-sync`, a line each. */
export const commands: Readonly<Record<string, Entry>> = {
  start: { about: 'sync once on this machine', load: async () => (await import('./start.ts')).start },
  query: { about: 'run one SQL statement', load: async () => (await import('./query.ts')).query },
  verify: { about: 'compare the tables with the provider', load: async () => (await import('./verify.ts')).verify },
  erase: { about: 'erase a customer or a tenant', load: async () => (await import('./erase.ts')).erase },
  'import-manifest': {
    about: 'translate an Airbyte manifest into one of a custom provider',
    load: async () => (await import('./import-manifest.ts')).importManifest,
  },
  migrate: { about: 'apply the migrations to the database', load: async () => (await import('./migrate.ts')).migrate },
}
