import type { Command } from './command.ts'

interface Entry {
  /** For the list of commands. */
  readonly about: string
  /** Loads the command alone, so that none waits for the modules of another. */
  load(): Promise<Command>
}

/** The subcommands of `billing-sync`, a line each. A name may have two words. */
export const commands: Readonly<Record<string, Entry>> = {
  start: { about: 'sync once on this machine', load: async () => (await import('./start.ts')).start },
  query: { about: 'run one SQL statement', load: async () => (await import('./query.ts')).query },
  verify: { about: 'compare the tables with the provider', load: async () => (await import('./verify.ts')).verify },
  estimate: { about: 'tell what a full job will cost', load: async () => (await import('./estimate.ts')).estimate },
  erase: { about: 'erase a customer or a tenant', load: async () => (await import('./erase.ts')).erase },
  export: {
    about: 'export all that is stored of a customer',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  'import-manifest': {
    about: 'translate an Airbyte manifest into one of a custom provider',
    load: async () => (await import('./import-manifest.ts')).importManifest,
  },
  enqueue: { about: 'send a job to the queue', load: async () => (await import('./enqueue.ts')).enqueue },
  'jobs list': { about: 'list jobs', load: async () => (await import('./jobs/list.ts')).listJobs },
  'jobs show': { about: 'show a job, with what to do', load: async () => (await import('./jobs/show.ts')).showJob },
  'jobs watch': {
    about: 'show the progress of jobs live',
    load: async () => (await import('./jobs/watch.ts')).watchJobs,
  },
  'jobs retry': { about: 'send jobs again', load: async () => (await import('./jobs/retry.ts')).retryJobs },
  'jobs cancel': { about: 'end open jobs', load: async () => (await import('./jobs/cancel.ts')).cancelJobs },
  'queue depth': { about: 'count messages', load: async () => (await import('./queue/depth.ts')).queueDepth },
  'queue redrive': {
    about: 'send dead letters back to the queue',
    load: async () => (await import('./queue/redrive.ts')).queueRedrive,
  },
  accounts: {
    about: 'list accounts with the age of their last success',
    load: async () => (await import('./accounts.ts')).accounts,
  },
  revenue: { about: 'show MRR by month', load: async () => (await import('./revenue.ts')).revenue },
  'schedules list': {
    about: 'list schedules with what they spend',
    load: async () => (await import('./schedules/list.ts')).listSchedules,
  },
  'schedules add': {
    about: 'add a schedule that syncs an account regularly',
    load: async () => (await import('./schedules/add.ts')).addSchedules,
  },
  'schedules pause': {
    about: 'pause schedules',
    load: async () => (await import('./schedules/pause.ts')).pauseSchedules,
  },
  'schedules resume': {
    about: 'let paused schedules go on',
    load: async () => (await import('./schedules/resume.ts')).resumeSchedules,
  },
  'schedules remove': {
    about: 'remove schedules',
    load: async () => (await import('./schedules/remove.ts')).removeSchedules,
  },
  'routes list': {
    about: 'list the routes of live events',
    load: async () => (await import('./routes/list.ts')).listRoutes,
  },
  'routes add': {
    about: 'add a route that leads live events to an account',
    load: async () => (await import('./routes/add.ts')).addRoutes,
  },
  'routes remove': {
    about: 'remove a route of live events',
    load: async () => (await import('./routes/remove.ts')).removeRoutes,
  },
  page: { about: 'serve the page of the jobs', load: async () => (await import('./page.ts')).page },
  prune: { about: 'remove old jobs from sync_jobs', load: async () => (await import('./prune.ts')).prune },
  doctor: { about: 'check what a worker needs', load: async () => (await import('./doctor.ts')).doctor },
  migrate: { about: 'apply the migrations to the database', load: async () => (await import('./migrate.ts')).migrate },
}
