import { exerciseContainers } from './exercise-containers.ts'
import { openServiceBusFixture } from './service-bus/fixture.ts'

exerciseContainers('Azure Service Bus', () => openServiceBusFixture({ lockMs: 5_000 }))
