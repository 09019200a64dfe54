import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { checkDatabase } from '../../src/cli/doctor/database.ts'
import { unfit } from '../../src/db/fit-server.ts'
import { migrate } from '../../src/db/migrate.ts'
import { collect, configOf, those } from '../cli/doctor/findings.ts'
import { settingsOf, tables } from './migrate-setup.ts'

const fit = { version: '15.0', number: 150_000, encoding: 'UTF8' }

test('a server before Postgres 15 does not fit, whose views would read with the rights of their owner', () => {
  expect(unfit(fit)).toEqual([])
  expect(unfit({ ...fit, version: '14.19', number: 140_019 })).toEqual([
    { problem: 'Postgres 14.19 is too old', advice: 'Use Postgres 15 or newer.' },
  ])
})

for (const encoding of ['LATIN1', 'SQL_ASCII'])
  test(`a database with the encoding ${encoding} is refused by migrate and named by doctor, and nothing is made in it`, async () => {
    const server = inject('postgres')
    const name = `encoded_${randomUUID().slice(0, 8)}`
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(`create database ${name} encoding '${encoding}' template template0`)
    await client.end()
    const url = server.replace(/\/[^/]+$/, `/${name}`)
    const sentence = `the encoding of the database is ${encoding}, which cannot store every name`
    const advice = `Make a database with "create database … encoding 'UTF8' template template0", and name it in the connection string.`
    await expect(migrate(settingsOf(url))).rejects.toThrow(`migrate: ${sentence}. ${advice}`)
    const findings = await collect(
      checkDatabase(configOf({ ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` })),
    )
    expect(those(findings, 'fail')).toContain(`${sentence} → ${advice}`)
    const reader = new pg.Client({ connectionString: url })
    await reader.connect()
    expect((await reader.query(tables)).rows).toEqual([])
    await reader.end()
  })
