import { afterAll } from 'vitest'
import { closeFaultServer } from '../faults/fault-server.ts'
import { exerciseTransport } from '../faults/transports/exercise-transport.ts'

afterAll(closeFaultServer)

const scenarios = ['duplicates', 'term', 'frozen', 'messages']
exerciseTransport('rabbitmq', scenarios)
exerciseTransport('redis', scenarios)
