import type { Stack } from '../local/stack.ts'
import { openConfiguredPage } from '../page/configured.ts'
import { describeProblem } from './problem.ts'
import { providerOrder } from './provider-order.ts'

/** The page while a command runs. */
export interface StackPage {
  /** For the terminal: its address, or why there is none. */
  readonly described: string
  close(): Promise<void>
}

/** Serves the page of a local run. It never fails: a run without a page is a run all the same. */
export async function openPageOf(stack: Stack, tenantId: string): Promise<StackPage> {
  try {
    const opened = await openConfiguredPage(
      { ...stack.config, database: stack.database },
      {
        // The embedded database shows its owner all tenants. A configured one may show one tenant at a time.
        tenantId: stack.config.ConnectionStrings.DefaultConnection === undefined ? undefined : tenantId,
        orAnyPort: true,
        resources: (provider) => providerOrder(stack.config, provider),
      },
    )
    return { described: opened.address, close: opened.close }
  } catch (error) {
    return { described: `not served: ${describeProblem(error)}`, async close() {} }
  }
}
