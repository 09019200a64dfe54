import { openConfig } from '../config/load.ts'
import { openStack } from '../local/stack.ts'
import { openProviders } from '../providers/index.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { providerSettings } from '../worker.ts'
import { defineCommand } from './command.ts'
import { connectAsTenant } from './follow-job.ts'
import { listenForInterrupt } from './interrupt.ts'
import { readResources, resourceOrder } from './resource-names.ts'
import { chooseRequest } from './start-job.ts'
import { startOptions } from './start-options.ts'
import { syncOnce } from './sync-once.ts'

/** The worker on this machine: one job through a queue, the handler and Postgres, with what happens shown. */
export const start = defineCommand({
  name: 'start',
  about: `Sends one job through a queue to the worker and shows what happens. Without configuration the queue, the database
and the provider are embedded. An interrupted start is continued by the next one with the same options.`,
  options: startOptions,
  async run({ options, terminal }) {
    const config = await openConfig(openSettings)
    const provider = await (await openProviders(providerSettings(config)))(options.provider)
    const resources = readResources(options.resources, provider)
    const stack = await openStack(config, options)
    const interrupt = listenForInterrupt(
      () => terminal.error.write('\n  stopping once the running batch is committed; Ctrl-C again stops at once\n'),
      stack.close,
    )
    try {
      for (const line of stack.described) terminal.print(`  ${line}`)
      const client = await connectAsTenant(stack.database, options.tenant)
      try {
        const { request, goesOn } = await chooseRequest(client, options, resources)
        if (goesOn) terminal.print(`\n  goes on   job ${request.jobId} of an earlier start is not finished`)
        const order = resourceOrder(provider)
        return await syncOnce({ stack, options, request, client, terminal, order, stop: interrupt.signal })
      } finally {
        await client.end()
      }
    } finally {
      await stack.close()
      interrupt.close()
    }
  },
})
