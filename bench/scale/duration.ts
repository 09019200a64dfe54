/*
 * How long a job takes. Each number is measured by bench/scale/measure.ts or documented by Stripe; docs/performance.md has them.
 */

/** Rows a second of a full job under Stripe's live limits: 25 requests a second an endpoint, 100 an account. */
export const rowsPerSecond = 2_200

/** Seconds of a job's own work besides requests: claim, commit, completion. */
export const ownWork = 0.03

/** Seconds until the provider's first answers are there, which come side by side; a new connection included. An assumption. */
export const firstAnswers = 0.4

/** Share of an account's objects with an event on a day. An assumption. */
export const changedPerDay = 0.001

/** Seconds of a delivery whose account is taken: claim, refusal, message sent again. */
export const busyDelivery = 0.02

/** Seconds a continuation costs: the message is sent again, claimed again and the provider connected to again. */
export const continuation = 0.5

/** What a lease has left when its holder is alive, and the jitter on top of it; seconds. */
export const leaseLeft = 60
export const leaseJitter = 15

/** SQS delays a message by 15 minutes at most. */
export const longestDelay = 900

const perEndpoint = 25
const pageSize = 100

/** Seconds of a full job over all its deliveries. */
export const fullSeconds = (objects: number) => ownWork + firstAnswers + objects / rowsPerSecond

/** Seconds of an incremental job that covers `hours`. */
export function incrementalSeconds(objects: number, hours: number): number {
  const pages = (objects * changedPerDay * hours) / 24 / pageSize
  return ownWork + firstAnswers + Math.max(0, pages - 1) / perEndpoint
}
