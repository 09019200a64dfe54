import { Client } from 'pg'
import { openPostgres } from '../../src/local/postgres.ts'

// A process of its own for postgres.test.ts: opens the data directory of its first argument, then does as told.
const [dataDir = '', ending] = process.argv.slice(2)
const postgres = await openPostgres({ dataDir, durable: false })

if (ending === 'keep') postgres.keep()
if (ending === 'interrupt') {
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve))
  const alive = setInterval(() => {}, 1000)
  process.kill(0, 'SIGINT') // what a terminal does at Ctrl-C: the whole process group
  await interrupted
  clearInterval(alive)
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('select pg_sleep(0.3)') // which a server that was interrupted too would not finish
  await client.end()
}
process.stdout.write(postgres.url)
if (ending === 'killed') process.kill(process.pid, 'SIGKILL')
