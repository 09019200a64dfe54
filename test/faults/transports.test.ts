import { afterAll } from 'vitest'
import { closeFaultServer } from './fault-server.ts'
import { exerciseTransport } from './transports/exercise-transport.ts'

/*
 * Transports whose servers npm brings, a part of the scenarios on each. `npm run test:brokers` has the others, and
 * `npm run faults` larger shares of each.
 */

afterAll(closeFaultServer)

exerciseTransport('sqs', ['term', 'messages'])
exerciseTransport('postgres', ['term', 'duplicates'])
exerciseTransport('service-bus', ['term', 'frozen'])
