import { openConfig } from '../config/load.ts'
import { openStack } from '../local/stack.ts'
import { resourceOrder } from '../provider/resource-order.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { connectAsTenant } from './follow-job.ts'
import { listenForInterrupt } from './interrupt.ts'
import { forgetTenant } from './live/forget-tenant.ts'
import { chooseLive } from './live/options.ts'
import { runLive } from './live/run.ts'
import { openLocalProviders, tokenIn } from './local-providers.ts'
import { readResources } from './resource-names.ts'
import { openPageOf, type StackPage } from './stack-page.ts'
import { chooseRequest } from './start-job.ts'
import { completed, liveTenant, startOptions } from './start-options.ts'
import { syncAll } from './sync-all.ts'
import { syncOnce } from './sync-once.ts'

const ending = 'stopping once the running batch is committed'
const endingLive = 'no more changes; the last events are applied and compared'

/** The worker on this machine: one job through a queue, the handler and Postgres, with what happens shown. */
export const start = defineCommand({
  name: 'start',
  about: `Sends one job through a queue to the worker and shows what happens. Without configuration the queue, the database
and the provider are embedded. An interrupted start is continued by the next one with the same options. With --live the sandbox
goes on changing, and its events change rows while you watch. In the end the copy is compared with the account.`,
  options: startOptions,
  async run({ options: given, terminal }) {
    const { live } = given
    const choice = chooseLive(given)
    const options = completed(given, choice?.kept)
    const { config, all, find } = await openLocalProviders(await openConfig(openSettings))
    const { provider } = options
    const names = provider === 'all' ? all : [provider]
    const chosen = await Promise.all(
      names.map(async (name) => {
        const definition = await find(name)
        return {
          options: { ...options, provider: name },
          resources: readResources(options.resources, definition),
          provider: definition,
        }
      }),
    )
    const token = tokenIn(options.tokenEnv)
    const stack = await openStack(config, { ...options, token, providers: names, isLive: live })
    const interrupt = listenForInterrupt(
      () => terminal.error.write(`\n  ${live ? endingLive : ending}; Ctrl-C again stops at once\n`),
      stack.close,
    )
    let page: StackPage | undefined
    try {
      for (const line of stack.described) terminal.print(`  ${line}`)
      page = await openPageOf(stack, options.tenant)
      terminal.print(`  page      ${page.described}`)
      const client = await connectAsTenant(stack.database, options.tenant)
      try {
        // Its changes are in no sandbox that runs now. A database of yours keeps its rows.
        if (live && given.tenant === undefined && config.database === undefined) await forgetTenant(client, liveTenant)
        const requests = []
        for (const choice of chosen) {
          const { request, goesOn } = await chooseRequest(client, choice.options, choice.resources)
          if (goesOn) terminal.print(`\n  goes on   job ${request.jobId} of an earlier start is not finished`)
          const accessToken = stack.tokens[request.providerName]
          requests.push({ ...choice, request: { ...request, ...(accessToken !== undefined && { accessToken }) } })
        }
        const [first, second] = requests
        const sync = { stack, client, terminal, stop: interrupt.signal }
        if (first && choice)
          return await runLive({
            ...sync,
            ...first,
            ...choice,
            order: resourceOrder(first.provider),
            page: page.described,
          })
        if (first && !second) return await syncOnce({ ...sync, ...first, order: resourceOrder(first.provider) })
        return await syncAll({ ...sync, options, requests: requests.map(({ request }) => request) })
      } finally {
        await client.end()
      }
    } finally {
      await page?.close()
      await stack.close()
      interrupt.close()
    }
  },
})
