import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { monthsAgo, plantMovement, plantMrr } from './plant-revenue.ts'

interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[]
  }
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly rawSql: string }[] }[]
}

const dashboard: Dashboard = JSON.parse(readFileSync('infra/grafana-revenue.json', 'utf8'))

test('each query of the Grafana dashboard of the revenue runs on the views and finds what was planted', async () => {
  const { query } = await openTestDatabase()
  const chosen = { tenant: randomUUID(), provider: 'stripe', account: 'acct_1', mode: 'live', currency: 'eur' }
  const { tenant } = chosen
  await query(
    `insert into sync_accounts (tenant_id, provider, account, mode) values ($1, 'stripe', 'acct_1', 'live')`,
    [tenant],
  )
  await plantMrr(query, { tenant }, [{ customer: 'cus_1', mrr: 10_000, from: monthsAgo(2) }])
  const movement = { id: 'txn_1', reporting_category: 'charge', amount: 5_000, fee: 100, created_at: monthsAgo(1) }
  await plantMovement(query, { tenant }, movement)
  // As Grafana replaces its variables and its macro.
  const replaced = (text: string) =>
    Object.entries(chosen)
      .reduce((sql, [name, value]) => sql.replaceAll(`\${${name}:sqlstring}`, `'${value}'`), text)
      .replaceAll(/\$__timeFilter\((.*?\))\)/g, `$1 between now() - interval '1 year' and now()`)
  for (const [name, value] of Object.entries(chosen)) {
    const variable = dashboard.templating.list.find((listed) => listed.name === name && listed.type === 'query')
    const rows = await query(replaced(variable?.query ?? ''))
    expect(
      rows.map((row) => Object.values(row)),
      name,
    ).toEqual([[value]])
  }
  const statements = dashboard.panels.flatMap(({ targets }) => targets.map(({ rawSql }) => replaced(rawSql)))
  expect(statements).toHaveLength(6)
  for (const statement of statements) {
    expect(statement).not.toContain('$')
    const [row] = await query(statement)
    expect(Object.keys(row ?? {})[0], statement).toBe('time')
  }
})
