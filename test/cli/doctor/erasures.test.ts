import { expect, test } from 'vitest'
import { checkErasures } from '../../../src/cli/doctor/erasures.ts'
import { plantRequest } from '../../schedule/plant-request.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'
import { collect, configOf } from './findings.ts'

test('the doctor warns of requests of any tenant that are due within a week, and fails if one is overdue', async () => {
  const { url, query } = await openTestDatabase()
  const config = configOf({ ConnectionStrings__DefaultConnection: `${asWorker(url)}?sslmode=disable` })
  const lines = async () => (await collect(checkErasures(config))).map(({ status, message }) => [status, message])
  await plantRequest(query, 8)
  await plantRequest(query, -8, true)
  expect(await lines()).toEqual([['ok', '1 requests to erase or to export are open, and none is due within a week']])
  await plantRequest(query, 6)
  expect(await lines()).toEqual([['warn', '1 requests to erase or to export are due within a week']])
  await plantRequest(query, -1)
  await plantRequest(query, -2)
  expect(await lines()).toEqual([['fail', '2 requests to erase or to export are overdue']])
})
