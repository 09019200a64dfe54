import { errorCodes } from '../../src/error-codes/error-codes.ts'
import type { Retried } from '../../src/error-codes/explanation.ts'
import { logEvents } from '../../src/log/events.ts'

const again: Readonly<Record<Retried, string>> = {
  yes: 'Yes, with a back-off. After `Worker.MaxRetries` attempts the job fails. Sent again under the same `jobId`, it goes on from its checkpoint.',
  outage:
    'Yes, with a back-off, and no attempt is spent. After `Worker.OutageMinutes` without a commit the job fails. Sent again under the same `jobId`, it goes on from its checkpoint.',
  no: 'No. The job is `failed`.',
  'next job': 'Not in this job, which goes on without the resource or the object. The next job asks again.',
  'dead letter': 'No. A copy of the message, without secrets, is in the dead-letter queue.',
  'other worker': 'The other worker goes on with the job.',
  'other job': 'Yes, until the other job has ended. The message is sent again with a delay, and no attempt is spent.',
  'next start':
    'The queue delivers the message again until a worker starts. SQS moves it to the dead-letter queue after 12 receives.',
  'next read': 'Not in this job, which stores all other items. A later job reads the item again.',
  'nothing failed': 'Nothing failed.',
}

/** docs/errors.md: every code that the worker writes or logs, and every event of its log. */
export function errors(): string {
  return `# Errors

An error of a job is in \`sync_jobs.error\` as \`code\`, \`message\` and \`retryable\`. A skipped resource has its code in the job's result, an item
that could not be stored has it in \`sync_rejects\`, a message without a job has it as an attribute of its dead letter. A log line has it as \`code\`.
Codes are stable; messages may change.

${Object.entries(errorCodes)
  .map(
    ([code, { happened, do: action, retried }]) =>
      `## \`${code}\`\n\n${happened}\n\n- **What to do:** ${action}\n- **Retried:** ${again[retried]}`,
  )
  .join('\n\n')}

## SQLSTATE

A code of five characters in \`sync_rejects\`, such as \`22P02\`: Postgres refused a value of the item. The manual of PostgreSQL, appendix A, lists them.

- **What to do:** Look at the item in \`sync_rejects\`, and report a bug if its values are right.
- **Retried:** ${again['next read']}

## Events of the log

Each line of the log has an \`event\`. Match it, not the sentence. Where the line is about an error, its \`code\` is one of those above.

| event | meaning |
|---|---|
${Object.entries(logEvents)
  .map(([event, meaning]) => `| \`${event}\` | ${meaning} |`)
  .join('\n')}
`
}
