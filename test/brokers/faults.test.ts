import { afterAll } from 'vitest'
import { closeFaultServer } from '../faults/fault-server.ts'
import { exerciseTransport } from '../faults/transports/exercise-transport.ts'

afterAll(closeFaultServer)

exerciseTransport('rabbitmq')
exerciseTransport('redis')
