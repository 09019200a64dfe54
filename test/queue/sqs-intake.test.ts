import { exerciseQueue } from '../contracts/exercise-queue.ts'
import { openSqsFixture } from './sqs-fixture.ts'

exerciseQueue('SQS', openSqsFixture, 3_000)
