import * as z from 'zod'
import { findRoutes } from '../../operations/routes.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { formatTable } from '../table.ts'
import { lineWidth } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

/** What `routes list --json` writes a line of. docs/commands.md explains each key. */
export const routeLine = z.object({
  provider: z.string(),
  route: z.string(),
  tenantId: z.guid(),
  account: z.string(),
  signedFor: z.string().nullable(),
  state: z.string().nullable(),
  webhookSecrets: z.array(z.string()).nullable(),
  reference: z.string().nullable(),
})

export const listRoutes = defineCommand({
  name: 'routes list',
  about: 'Lists the routes of live events, with what their accounts have for them.',
  options: z.object({
    tenant: option('UUID', 'routes of this tenant', tenantId.optional()),
    provider: option('NAME', 'routes of this provider', z.string().trim().toLowerCase().optional()),
    limit: option('N', 'the most routes to list', wholeNumber(1, 100_000, 50)),
    json: flag('one JSON object for each route'),
  }),
  details: readerLogin,
  async run({ options: { tenant, provider, limit, json }, terminal }) {
    return withOperatorDatabase({ name: 'routes list', tenant }, async ({ reader }) => {
      const routes = await findRoutes(reader, { tenantId: tenant, provider }, limit)
      const lines = routes.map((line) => routeLine.parse(line))
      if (json) for (const line of lines) terminal.print(JSON.stringify(line))
      else if (lines.length === 0) terminal.print('There are no such routes.')
      else {
        const rows = lines.map(({ webhookSecrets, tenantId, signedFor, ...line }) => ({
          ...line,
          ...(tenant === undefined && { tenant: tenantId }),
          secrets: webhookSecrets?.length ?? null,
        }))
        terminal.print(formatTable(rows, { line: lineWidth(terminal.out) }))
      }
      return exitCodes.done
    })
  },
})
