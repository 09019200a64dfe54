/*
 * The fault matrix: sixty-six faults, and where each is made to happen. `matrix.test.ts` sees to it that what is named here
 * is there.
 */

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
export type Fault =
  | Exclude<`F0${Digit}`, 'F00'>
  | `F${'1' | '2' | '3' | '4' | '5'}${Digit}`
  | `F6${'0' | '1' | '2' | '3' | '4' | '5' | '6'}`

/** A test by its file under `test/` and its title as written there; of a title that is made up, a piece that is not. */
export type Place = `${string}.test.ts: ${string}`

export interface Row {
  /** What happens, in a few words. */
  readonly fault: string
  /** Scenarios of `npm run faults` that make it happen among others. */
  readonly scenarios?: readonly string[]
  readonly tests?: readonly Place[]
  /** Why there is no test of it here, or of a part of it. */
  readonly not?: string
}

export const matrix: Readonly<Record<Fault, Row>> = {
  F01: { fault: 'kill -9 in the middle of a page', scenarios: ['kill', 'recovery'] },
  F02: {
    fault: 'kill -9 between rows and checkpoint',
    scenarios: ['points', 'kill'],
    tests: [
      'integration/crash.test.ts: a worker that dies at any of its commits loses nothing and counts nothing twice',
    ],
  },
  F03: { fault: 'kill -9 after COMMIT, before the acknowledgement', scenarios: ['points', 'kill'] },
  F04: {
    fault: 'kill -9 after the job was sent again, before the acknowledgement',
    scenarios: ['points', 'kill', 'chaos'],
  },
  F05: {
    fault: 'kill -9 in the middle of sending shards',
    not: 'a job is one message: its slices are read within it and kept in its checkpoint, so no shards are sent.',
  },
  F06: {
    fault: 'a worker frozen past its lease',
    scenarios: ['frozen'],
    tests: [
      'integration/crash.test.ts: a worker frozen past its lease is refused when it wakes, and overwrites nothing',
    ],
  },
  F07: { fault: 'SIGTERM', scenarios: ['term'] },
  F08: {
    fault: 'an invocation about to end',
    scenarios: ['chain'],
    tests: [
      'integration/continuation.test.ts: the end of an invocation sets when fetching stops and when it is cut',
      'bundle.test.ts: an invocation shorter than the job pauses it in time and goes on in the next',
    ],
  },
  F09: { fault: 'an invocation ended from outside during COMMIT', scenarios: ['points'] },
  F10: {
    fault: 'out of memory',
    scenarios: ['memory'],
    tests: [
      'faults/memory.test.ts: a worker that dies of what it holds asks for less each time, until it gets through',
    ],
  },
  F11: { fault: 'Postgres restarted in the middle of an upsert', scenarios: ['restarts'] },
  F12: {
    fault: 'a failover under idle connections',
    scenarios: ['restarts'],
    tests: ['faults/database.test.ts: idle connections that are ended, as by a failover, are replaced'],
  },
  F13: {
    fault: 'a failover to a server that is read-only',
    tests: ['faults/database.test.ts: a server that turned read-only is waited for, and no item is blamed'],
  },
  F14: { fault: 'the connection cut before COMMIT', scenarios: ['commit', 'chaos'] },
  F15: { fault: 'the connection cut after COMMIT', scenarios: ['commit', 'chaos'] },
  F16: {
    fault: 'a connection into which nothing comes back',
    tests: ['faults/database.test.ts: a connection into which nothing comes back any more is given up'],
  },
  F17: {
    fault: 'too many connections',
    tests: ['faults/database.test.ts: a server without a connection left is tried a few times, then the queue waits'],
  },
  F18: {
    fault: 'the pool exhausted',
    tests: [
      'faults/database.test.ts: a job takes one connection, and one more for its signs of life: it cannot wait for itself',
    ],
  },
  F19: {
    fault: 'deadlocks',
    scenarios: ['overlap'],
    tests: ['faults/database.test.ts: a condition that passes by itself costs neither an attempt nor a row'],
  },
  F20: {
    fault: 'serialization failures, locks not had in time',
    tests: ['faults/database.test.ts: a condition that passes by itself costs neither an attempt nor a row'],
  },
  F21: {
    fault: 'a statement that takes too long',
    tests: ['faults/write.test.ts: a statement that takes too long is tried again with fewer rows, until it fits'],
  },
  F22: {
    fault: 'a full disk',
    tests: [
      'faults/database.test.ts: a full disk leaves the job retrying with all it has, and it goes on when there is space',
    ],
    not: 'the disk itself is not filled, which takes root and a mount: a trigger raises its SQLSTATE, 53100.',
  },
  F23: {
    fault: 'missing migrations, a dropped column',
    tests: [
      'faults/database.test.ts: a column that is dropped in mid run ends the job loudly, with nothing skipped',
      'faults/database.test.ts: a database without the tables takes no message',
    ],
  },
  F24: { fault: 'a storm of 429', scenarios: ['drift'] },
  F25: {
    fault: 'an absurd Retry-After',
    scenarios: ['drift'],
    tests: [
      'sync/retry.test.ts: ms where the provider asks for',
      'integration/outcomes.test.ts: a provider that asks for %s seconds is left alone by the queue for %i, in one attempt',
    ],
  },
  F26: { fault: 'bursts of 500 and an outage', scenarios: ['drift', 'chaos'] },
  F27: {
    fault: 'an answer that drips, or never comes',
    scenarios: ['drift'],
    tests: [
      'providers/stripe-bodies.test.ts: that drips byte by byte, when its time is over',
      'providers/stripe-bodies.test.ts: that is none, but says that it speaks another protocol from now on',
    ],
  },
  F28: { fault: 'truncated, reset, HTML and empty answers', scenarios: ['drift', 'chaos'] },
  F29: {
    fault: 'a list that says there is more for ever',
    scenarios: ['drift'],
    tests: ['sync/backfill.test.ts: is a breach of contract within three pages'],
  },
  F30: { fault: 'pages that repeat, overlap or are out of order', scenarios: ['drift'] },
  F31: {
    fault: 'a key revoked in mid run',
    tests: [
      'faults/provider.test.ts: a key that is revoked in mid run fails the job at once, with its rows and its cursor kept',
    ],
  },
  F32: {
    fault: '403 for one resource',
    tests: [
      'sync/backfill.test.ts: is skipped with its reason at the first page, and the others are read to their ends',
      'integration/stripe-incremental.test.ts: a resource that may no longer be read is skipped, and the events are applied all the same',
    ],
  },
  F33: {
    fault: "a cursor's object deleted",
    tests: [
      'sync/backfill.test.ts: loses nothing, and costs one more request each',
      'sync/backfill.test.ts: loses nothing when it happened between two runs',
    ],
  },
  F34: {
    fault: 'objects made, changed and deleted during a run',
    scenarios: ['chaos'],
    tests: [
      'faults/provider.test.ts: objects that are made, changed and deleted while a job runs are right after the next, and none comes back',
      'faults/clock.test.ts: what changes while a slow answer is on its way is not taken for older than the answer',
    ],
  },
  F35: { fault: 'one message delivered ten times at once', scenarios: ['duplicates', 'chaos'] },
  F36: {
    fault: 'redelivery after success, failure, cancellation',
    scenarios: ['duplicates'],
    tests: [
      'faults/messages.test.ts: a job that was cancelled, failed or completed is not taken up by a message that comes again',
      'integration/outcomes.test.ts: finished: a job that is %s stays as it is',
    ],
  },
  F37: {
    fault: 'an old page after newer news',
    tests: [
      'integration/write.test.ts: an older observation never overwrites a newer one, not even when forced',
      'db/upsert.test.ts: an older observation that waits for a newer one to be committed does not overwrite it',
    ],
  },
  F38: {
    fault: 'two versions in one second',
    tests: [
      'faults/provider.test.ts: of two versions in one second the one that is there now wins, in whatever order their events come',
    ],
  },
  F39: {
    fault: 'poison among nine good messages',
    scenarios: ['messages'],
    tests: ['integration/outcomes.test.ts: of ten messages in one event, only those to be redelivered are returned'],
  },
  F40: {
    fault: 'ten messages of poison',
    scenarios: ['messages'],
    tests: [
      'faults/messages.test.ts: ten messages of which none can be read are answered, and buried each with its reason',
    ],
  },
  F41: { fault: 'hostile bodies', scenarios: ['messages'] },
  F42: { fault: 'unknown fields, shapes of the future', scenarios: ['items', 'drift'] },
  F43: { fault: 'NUL in texts, keys and ids', scenarios: ['items'] },
  F44: { fault: 'lone surrogates', scenarios: ['items'] },
  F45: {
    fault: 'huge objects, ids of 3,000 characters',
    scenarios: ['items'],
    tests: [
      'faults/provider.test.ts: a page larger than an answer may be is read in smaller ones, though each of its items is small enough',
    ],
  },
  F46: { fault: 'dates that are none', scenarios: ['items'] },
  F47: {
    fault: 'numbers beyond a double',
    scenarios: ['items'],
    tests: [
      'faults/provider.test.ts: numbers beyond a double are kept in a price that only a subscription shows, and in what an event says is deleted',
    ],
  },
  F48: { fault: 'an id twice on a page', scenarios: ['items'] },
  F49: {
    fault: 'more than 65,535 parameters',
    tests: ['faults/write.test.ts: more items are put aside at once than one statement has parameters for'],
  },
  F50: {
    fault: 'the job cannot be sent again',
    scenarios: ['chaos'],
    tests: [
      'integration/outcomes.test.ts: paused, but the job cannot be sent again: its message is redelivered',
      'queue/sqs.test.ts: %s gives up on a network that falls silent, after three tries',
    ],
  },
  F51: {
    fault: 'a batch of messages sent in part',
    not: 'the worker sends one message at a time, never a batch.',
  },
  F52: {
    fault: 'a message that cannot be kept hidden',
    scenarios: ['chaos'],
    tests: ['faults/messages.test.ts: a message that cannot be kept hidden is worked on under its lease all the same'],
  },
  F53: {
    fault: 'more than 16 hops',
    scenarios: ['chain', 'chaos'],
    tests: ['infra.test.ts: is what the worker was written for'],
  },
  F54: {
    fault: 'a handler that throws, or answers nothing',
    scenarios: ['messages'],
    tests: ['faults/messages.test.ts: the answer is valid whatever throws, rejects or is missing: seed %i'],
  },
  F55: {
    fault: "the worker's clock an hour off",
    tests: ['faults/clock.test.ts: a worker whose clock is %i ms off takes no lease early and copies all the same'],
  },
  F56: {
    fault: "an answer's clock ten minutes off",
    tests: ['faults/clock.test.ts: an answer whose clock is %i seconds off does not keep later changes out'],
    not: 'there is no alarm: one answer that runs ahead is not believed, and a provider whose clock is off as a whole is consistent with itself.',
  },
  F57: {
    fault: 'no reaper, or two',
    tests: ['integration/crash.test.ts: a worker that wakes while another is at its job is refused too'],
    not: 'there is no reaper to lose: whoever has the message takes an expired lease over in the one statement that claims the job.',
  },
  F58: {
    fault: 'a job cancelled in mid run',
    tests: [
      'faults/cancel.test.ts: a running job that is cancelled stops within a page, keeps its rows, and is not sent again',
      'faults/cancel.test.ts: a job that waits for its provider is stopped by its next sign of life',
    ],
  },
  F59: {
    fault: "a message with another tenant's jobId",
    tests: [
      'integration/outcomes.test.ts: a jobId of another tenant, or of another provider, goes to the dead-letter queue and changes nothing',
    ],
  },
  F60: {
    fault: 'addresses that lead elsewhere, redirects',
    tests: [
      'http/payloads.test.ts: addresses in the configuration is accepted',
      'http/payloads.test.ts: a name that leads to the provider first and to this machine afterwards is followed to the first place only',
      'providers/stripe.test.ts: is not followed, and the key goes nowhere else',
    ],
  },
  F61: {
    fault: 'SQL in ids, texts and keys',
    scenarios: ['items'],
    tests: ['faults/provider.test.ts: SQL in ids, texts and keys is stored as it came, and is never run'],
  },
  F62: {
    fault: 'a secret on every way to fail',
    tests: [
      'secrets/canary.test.ts: it is in no line, row, dead letter or answer, whatever the provider, the secret store and the sender do',
    ],
  },
  F63: {
    fault: 'a wrong certificate of Postgres',
    tests: ['db/tls.test.ts: a server whose certificate is %s is refused with %j'],
  },
  F64: {
    fault: 'a secret store that throttles or denies',
    tests: [
      'secrets/job.test.ts: a store that throttles makes the job try again, and it completes',
      'secrets/job.test.ts: a secret that may not be read fails the job with the name of the reference',
    ],
  },
  F65: { fault: 'faults of other brokers', not: 'the worker speaks SQS alone.' },
  F66: {
    fault: 'a deployment in mid run',
    tests: [
      'faults/deploy.test.ts: a checkpoint and a progress as the first version stored them are gone on from, to the last row',
      'integration/outcomes.test.ts: failed for good: a %s that another version of the worker left behind',
    ],
    not: 'the first version is not built again: what it stored is written down, in its shape.',
  },
}
