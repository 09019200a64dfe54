import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { connect } from '../../src/db/connection.ts'
import { inNeutralSession } from '../../src/db/session.ts'
import { writeStates } from '../../src/db/write-states.ts'
import { openTestDatabase } from '../support/database.ts'

async function open() {
  const { url, query } = await openTestDatabase()
  const settings = parseConnectionString(`${url}?sslmode=disable`)
  const stored = () => query(`select kind, status, state from states where provider like 'ours%' order by kind, status`)
  return { settings, query, stored }
}

test('the states of a custom provider become those that it names, and those of others stay', async () => {
  const { settings, query, stored } = await open()
  const others = () => query<{ count: number }>(`select count(*)::int from states where provider = 'stripe'`)
  const [before] = await others()
  const states = (open: string, paid: string) => [{ name: 'ours', states: { invoice: { open, paid } } }]
  expect(await writeStates(settings, states('open', 'paid'))).toBe(2)
  expect(await writeStates(settings, states('open', 'paid'))).toBe(0)
  expect(
    await writeStates(settings, [{ name: 'ours', states: { invoice: { paid: 'open' } } }, { name: 'ours too' }]),
  ).toBe(2)
  expect(await stored()).toEqual([{ kind: 'invoice', status: 'paid', state: 'open' }])
  expect(await others()).toEqual([before])
})

test('states that cannot be written are an error in words, and none of them is written', async () => {
  const { settings, stored } = await open()
  const states = { invoice: { paid: 'paid', odd: null } } as never
  await expect(writeStates(settings, [{ name: 'ours', states }])).rejects.toThrow(
    /^migrate: the states of custom providers cannot be written: .*Check them\.$/,
  )
  expect(await stored()).toEqual([])
})

test('no custom provider needs no database', async () => {
  expect(await writeStates(undefined, [])).toBe(0)
})

test('work outside a transaction has neutral settings to its end, and the session has its own again behind it', async () => {
  const { settings } = await open()
  const client = await connect(settings, 'test')
  const shown = async () => (await client.query('show datestyle')).rows[0]
  try {
    await client.query(`set datestyle = 'German'`)
    const seen: unknown[] = []
    await inNeutralSession(client, { datestyle: 'ISO, MDY' }, async () => {
      for (let n = 0; n < 3; n++) seen.push(await shown())
    })
    expect(seen).toEqual(Array(3).fill({ DateStyle: 'ISO, MDY' }))
    const failing = inNeutralSession(client, { datestyle: 'SQL, DMY' }, () => Promise.reject(new Error('failed')))
    await expect(failing).rejects.toThrow('failed')
    expect(await shown()).not.toEqual({ DateStyle: 'SQL, DMY' })
  } finally {
    await client.end()
  }
})
