import * as z from 'zod'
import type { Config } from '../config/load.ts'
import { openConfig } from '../config/load.ts'
import { openConfiguredPage, showsNothing } from '../page/configured.ts'
import type { Intake } from '../queue/queue.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { withDatabase } from './database.ts'
import { exitCodes } from './exit-codes.ts'
import { listenForInterrupt } from './interrupt.ts'
import { openQueue } from './open-queue.ts'
import { option, tenantId } from './options.ts'
import { describeProblem } from './problem.ts'
import { providerOrder } from './provider-order.ts'
import type { Terminal } from './terminal.ts'

/** The page of the jobs for a worker that runs elsewhere, such as in Lambda. */
export const page = defineCommand({
  name: 'page',
  about: `Serves the page of the jobs at Page.Listen until Ctrl-C: jobs live, accounts and errors with what to do.`,
  options: z.object({ tenant: option('UUID', 'show this tenant alone', tenantId.optional()) }),
  details: `Login: Page.Connection, a member of billing_sync_reader. Without it ConnectionStrings.DefaultConnection, which needs --tenant
if it sees one tenant at a time. Without configuration: the embedded database.
With Page.Token the page asks for it, and can cancel jobs and send them again.`,
  async run({ options: { tenant }, terminal }) {
    const config = await openConfig(openSettings)
    return withDatabase(config, async (database) => {
      const whole = { ...config, database }
      await refuseToShowNothing(whole, tenant)
      const queue = await queueOf(config, terminal)
      const opened = await openConfiguredPage(whole, {
        queue,
        tenantId: tenant,
        resources: (provider) => providerOrder(config, provider),
      }).catch(async (error: unknown) => {
        await queue?.close()
        throw error
      })
      terminal.print(`  page      ${opened.address}  (Ctrl-C ends it)`)
      const interrupt = listenForInterrupt(
        () => {},
        async () => {},
      )
      try {
        await new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()))
      } finally {
        interrupt.close()
        await opened.close()
        await queue?.close()
      }
      return exitCodes.done
    })
  },
})

async function refuseToShowNothing(config: Config, tenant: string | undefined): Promise<void> {
  const problem = tenant === undefined ? await showsNothing(config) : null
  if (problem !== null) throw new Error(`${problem} Or add --tenant UUID.`)
}

/** A queue that is away is no reason to show no jobs. */
async function queueOf(config: Config, terminal: Terminal): Promise<Intake | undefined> {
  if (config.Queue.Url === undefined) return undefined
  try {
    return await openQueue(config)
  } catch (error) {
    terminal.error.write(`The page shows no dead letters and sends no job again. ${describeProblem(error)}\n`)
    return undefined
  }
}
