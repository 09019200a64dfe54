import * as z from 'zod'
import { systemClock } from '../clock.ts'
import { type Config, openConfig } from '../config/load.ts'
import { openDatabase } from '../db/open.ts'
import { readStoredLists } from '../job/stored-lists.ts'
import { openProvider } from '../local/provider.ts'
import type { Provider } from '../provider/contract.ts'
import { resourceOrder } from '../provider/resource-order.ts'
import { openProviders } from '../providers/index.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { estimate as estimateAccount } from '../sync/estimate/estimate.ts'
import type { StoredLists } from '../sync/estimate/stored.ts'
import { rateLimited } from '../sync/rate-limited.ts'
import { providerSettings } from '../worker.ts'
import { defineCommand } from './command.ts'
import { estimateReport } from './estimate-report.ts'
import { exitCodes } from './exit-codes.ts'
import { openLocalProviders, tokenIn } from './local-providers.ts'
import { flag, option } from './options.ts'
import { describeProblem } from './problem.ts'
import { readResources } from './resource-names.ts'
import { syncOptions } from './sync-options.ts'
import type { Terminal } from './terminal.ts'

/** Estimates what a full job will find and cost. */
export const estimate = defineCommand({
  name: 'estimate',
  about: `Tells what a full job will cost before it runs: items, requests, minutes, bytes in Postgres, and dollars for Lambda. It
asks the provider for at most five pages of each list, and for five nested lists of a kind. It writes nothing. A short list
is counted. Of a longer one, the pages show how dense it is at a few times, and the figure is an estimate. It has no upper
end then: more items may lie at a time that no page shows. Where a connection string is configured and a job has read the
account before, its stored rows are counted, and each list is asked for one page.`,
  options: z.object({
    ...syncOptions,
    resources: option('A,B', 'these resources, default or all', z.string().optional()),
    account: option('ID', 'the account of a platform: acct_…', z.string().optional()),
    json: flag('the whole estimate as JSON'),
  }),
  async run({ options: given, terminal }) {
    const { config, find } = await openLocalProviders(await openConfig(openSettings))
    const provider = await find(given.provider)
    const names = namesOf(provider, given.resources)
    const opened = await openProvider(given.provider, config, { ...given, token: tokenIn(given.tokenEnv) })
    try {
      const settings = { ...config, ...opened.settings }
      const { Prefix: prefix, Endpoint: endpoint, Region: region } = config.Secrets
      const secrets = createSecrets({ prefix, endpoint, region }, systemClock)
      const { accessToken: token } = opened
      const accessToken =
        token === undefined ? given.account : await secrets.open({ tenantId: given.tenant, accessToken: token })
      const connected = await (await openProviders(providerSettings(settings)))(given.provider)
      const account = connected.connect({ tenantId: given.tenant, accessToken, account: given.account })
      const { signal } = new AbortController()
      const reading = rateLimited(account, names, { clock: systemClock, waiting: signal, finishing: signal })
      const lists = provider.resources.filter(({ name, derivedFrom }) => names.includes(name) && !derivedFrom).length
      let measured = 0
      const onMeasured = (name: string) => terminal.error.write(`  ${++measured} of ${lists} lists: ${name}\n`)
      try {
        if (!given.json) terminal.error.write(`${given.provider}: ${opened.described}\n`)
        const now = Math.floor(Date.now() / 1_000)
        const stored = storedRows(config, { tenant: given.tenant, provider, names, terminal })
        const estimated = await estimateAccount(
          { account, reading, names, clock: systemClock, now, onMeasured, ...stored },
          signal,
        )
        terminal.print(
          given.json ? JSON.stringify(estimated) : estimateReport(estimated, resourceOrder(provider), terminal.out),
        )
      } finally {
        account.close()
      }
    } finally {
      await opened.close()
    }
    return exitCodes.done
  },
})

interface StoredRows {
  readonly tenant: string
  readonly provider: Provider
  readonly names: readonly string[]
  readonly terminal: Terminal
}

/** Reads stored rows from the configured database. An estimate needs none, so that it goes on without them. */
function storedRows({ database: settings }: Config, { tenant, provider, names, terminal }: StoredRows) {
  if (!settings) return {}
  const stored = async (account: string): Promise<StoredLists> => {
    const key = { tenantId: tenant, provider: provider.name, account }
    const resources = provider.resources.filter(({ name }) => names.includes(name))
    try {
      const database = await openDatabase(settings, { connections: 1, applicationName: 'estimate' })
      return await readStoredLists(database.tenant(tenant), key, resources).finally(database.close)
    } catch (error) {
      terminal.error.write(`  Stored rows are not used. ${describeProblem(error)}\n`)
      return new Map()
    }
  }
  return { stored }
}

/** @throws UsageError */
function namesOf(provider: Provider, given: string | undefined): readonly string[] {
  const names = given === undefined ? undefined : readResources(given, provider)
  return provider.resources
    .filter(({ name, optional }) => (names ? names.includes('*') || names.includes(name) : !optional))
    .map(({ name }) => name)
}
