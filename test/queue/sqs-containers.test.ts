import { exerciseContainers } from './exercise-containers.ts'
import { openSqsFixture } from './sqs-fixture.ts'

exerciseContainers('SQS', openSqsFixture)
