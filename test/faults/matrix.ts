/*
 * The fault matrix: sixty-six faults, and the scenarios and test files that make each happen. `matrix.test.ts` checks that
 * they exist.
 */

import type { Fault, Row } from './matrix-row.ts'

export const matrix: Readonly<Record<Fault, Row>> = {
  F01: { fault: 'kill -9 in the middle of a page', scenarios: ['kill', 'recovery', 'live'] },
  F02: {
    fault: 'kill -9 between rows and checkpoint',
    scenarios: ['points', 'kill'],
    tests: ['integration/crash.test.ts'],
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
    tests: ['integration/frozen-worker.test.ts'],
  },
  F07: { fault: 'SIGTERM', scenarios: ['term'] },
  F08: {
    fault: 'an invocation about to end',
    scenarios: ['chain'],
    tests: ['integration/continuation.test.ts', 'lambda/bundle.test.ts'],
  },
  F09: { fault: 'an invocation ended from outside during COMMIT', scenarios: ['points'] },
  F10: {
    fault: 'out of memory',
    scenarios: ['memory'],
    tests: ['faults/memory.test.ts'],
  },
  F11: { fault: 'Postgres restarted in the middle of an upsert', scenarios: ['restarts'] },
  F12: {
    fault: 'a failover under idle connections',
    scenarios: ['restarts'],
    tests: ['faults/database.test.ts'],
  },
  F13: {
    fault: 'a failover to a server that is read-only',
    tests: ['faults/database.test.ts'],
  },
  F14: { fault: 'the connection cut before COMMIT', scenarios: ['commit', 'chaos'] },
  F15: { fault: 'the connection cut after COMMIT', scenarios: ['commit', 'chaos'] },
  F16: {
    fault: 'a connection that never answers',
    tests: ['faults/database.test.ts'],
  },
  F17: {
    fault: 'too many connections',
    tests: ['faults/database.test.ts'],
  },
  F18: {
    fault: 'the pool exhausted',
    tests: ['faults/database.test.ts'],
  },
  F19: {
    fault: 'deadlocks',
    scenarios: ['overlap'],
    tests: ['faults/database.test.ts'],
  },
  F20: {
    fault: 'serialization failures, lock timeouts',
    tests: ['faults/database.test.ts'],
  },
  F21: {
    fault: 'a statement that takes too long',
    tests: ['faults/write.test.ts'],
  },
  F22: {
    fault: 'a full disk',
    tests: ['faults/database.test.ts'],
    not: 'the disk itself is not filled, which takes root and a mount: a trigger raises its SQLSTATE, 53100.',
  },
  F23: {
    fault: 'missing migrations, a dropped column',
    tests: ['faults/database.test.ts'],
  },
  F24: { fault: 'a storm of 429', scenarios: ['drift'] },
  F25: {
    fault: 'an absurd Retry-After',
    scenarios: ['drift'],
    tests: ['sync/retry.test.ts', 'integration/outcomes.test.ts'],
  },
  F26: { fault: 'bursts of 500 and an outage', scenarios: ['drift', 'chaos'] },
  F27: {
    fault: 'a slow answer, or none',
    scenarios: ['drift'],
    tests: ['providers/stripe-bodies.test.ts'],
  },
  F28: { fault: 'truncated, reset, HTML and empty answers', scenarios: ['drift', 'chaos'] },
  F29: {
    fault: 'a list that never ends',
    scenarios: ['drift'],
    tests: ['sync/backfill-failures.test.ts'],
  },
  F30: { fault: 'pages that repeat, overlap or are out of order', scenarios: ['drift'] },
  F31: {
    fault: 'a key revoked during a job',
    tests: ['faults/provider.test.ts'],
  },
  F32: {
    fault: '403 for one resource',
    tests: ['sync/backfill-refused.test.ts', 'integration/stripe-incremental.test.ts'],
  },
  F33: {
    fault: "a cursor's object deleted",
    tests: ['sync/backfill-cursors.test.ts'],
  },
  F34: {
    fault: 'objects created, changed and deleted during a job',
    scenarios: ['chaos', 'live'],
    tests: ['faults/provider.test.ts', 'faults/clock.test.ts'],
  },
  F35: { fault: 'one message delivered ten times at once', scenarios: ['duplicates', 'chaos'] },
  F36: {
    fault: 'redelivery after success, failure, cancellation',
    scenarios: ['duplicates', 'live'],
    tests: ['faults/messages.test.ts', 'integration/outcomes.test.ts'],
  },
  F37: {
    fault: 'an old page after newer news',
    tests: ['integration/write.test.ts', 'db/upsert.test.ts'],
  },
  F38: {
    fault: 'two versions in one second',
    tests: ['faults/provider.test.ts'],
  },
  F39: {
    fault: 'poison among nine good messages',
    scenarios: ['messages'],
    tests: ['integration/outcomes-entry.test.ts'],
  },
  F40: {
    fault: 'ten messages of poison',
    scenarios: ['messages'],
    tests: ['faults/messages.test.ts'],
  },
  F41: { fault: 'hostile bodies', scenarios: ['messages'] },
  F42: { fault: 'unknown fields, shapes of the future', scenarios: ['items', 'drift'] },
  F43: { fault: 'NUL in texts, keys and ids', scenarios: ['items'] },
  F44: { fault: 'lone surrogates', scenarios: ['items'] },
  F45: {
    fault: 'huge objects, ids of 3,000 characters',
    scenarios: ['items'],
    tests: ['faults/provider.test.ts'],
  },
  F46: { fault: 'invalid dates', scenarios: ['items'] },
  F47: {
    fault: 'numbers beyond a double',
    scenarios: ['items'],
    tests: ['faults/provider.test.ts'],
  },
  F48: { fault: 'an id twice on a page', scenarios: ['items'] },
  F49: {
    fault: 'more than 65,535 parameters',
    tests: ['faults/write.test.ts'],
  },
  F50: {
    fault: 'the job cannot be sent again',
    scenarios: ['chaos'],
    tests: ['integration/outcomes.test.ts', 'queue/sqs.test.ts'],
  },
  F51: {
    fault: 'a batch of messages sent in part',
    not: 'the worker sends one message at a time, never a batch.',
  },
  F52: {
    fault: 'a message whose heartbeats fail',
    scenarios: ['chaos'],
    tests: ['faults/messages.test.ts'],
  },
  F53: {
    fault: 'more than 16 hops',
    scenarios: ['chain', 'chaos'],
    tests: ['infra/stack.test.ts'],
  },
  F54: {
    fault: 'a handler that throws, or answers nothing',
    scenarios: ['messages'],
    tests: ['faults/messages.test.ts'],
  },
  F55: {
    fault: "the worker's clock an hour off",
    tests: ['faults/clock.test.ts'],
  },
  F56: {
    fault: "an answer's clock ten minutes off",
    tests: ['faults/clock.test.ts', 'integration/dates-ahead.test.ts'],
  },
  F57: {
    fault: 'no reaper, or two',
    tests: ['integration/frozen-worker.test.ts'],
    not: 'there is no reaper to lose: whoever has the message takes an expired lease over in the one statement that claims the job.',
  },
  F58: {
    fault: 'a job cancelled during its run',
    tests: ['faults/cancel.test.ts'],
  },
  F59: {
    fault: "a message with another tenant's jobId",
    tests: ['integration/outcomes-refused.test.ts'],
  },
  F60: {
    fault: 'addresses that lead elsewhere, redirects',
    tests: ['http/payloads.test.ts', 'http/rebinding.test.ts', 'providers/stripe-failures.test.ts'],
  },
  F61: {
    fault: 'SQL in ids, texts and keys',
    scenarios: ['items'],
    tests: ['faults/provider.test.ts'],
  },
  F62: {
    fault: 'a secret in every kind of failure',
    tests: ['secrets/canary.test.ts'],
  },
  F63: {
    fault: 'a wrong certificate of Postgres',
    tests: ['db/tls.test.ts'],
  },
  F64: {
    fault: 'a secret store that throttles or denies',
    tests: ['secrets/job.test.ts'],
  },
  F65: {
    fault: 'faults of other brokers',
    tests: [
      'faults/transports.test.ts',
      'brokers/faults.test.ts',
      'brokers/rabbitmq.test.ts',
      'brokers/redis-streams.test.ts',
      'queue/postgres.test.ts',
      'queue/service-bus.test.ts',
    ],
  },
  F66: {
    fault: 'a deployment during a job',
    tests: ['upgrade/upgrade.test.ts', 'faults/deploy.test.ts', 'integration/outcomes-refused.test.ts'],
  },
}
