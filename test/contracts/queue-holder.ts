import { openIntake } from '../../src/queue/open-intake.ts'

/** A process that receives a message, tells its parent the body, and does nothing more. */
const intake = await openIntake(JSON.parse(process.env.INTAKE ?? '{}'))
for (;;) {
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  if (message) {
    process.send?.(message.body)
    break
  }
}
setInterval(() => {}, 60_000)
