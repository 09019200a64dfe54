import { afterAll, beforeAll } from 'vitest'
import { exerciseContainers } from './exercise-containers.ts'
import { openPostgresServer, type PostgresServer } from './postgres-fixture.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgresServer()
})
afterAll(() => server.close())

exerciseContainers('Postgres', () => server.openQueue())
