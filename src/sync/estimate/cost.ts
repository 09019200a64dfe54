import type { Account, ListSource } from '../../provider/contract.ts'
import type { Answers } from './answers.ts'
import { exactly, type Range, rangeOf, sumOf } from './range.ts'
import type { ResourceEstimate } from './resource-estimate.ts'

type Measurable = Pick<ResourceEstimate, 'items' | 'requests' | 'bytes'>

/** Time and money at the rate that the provider allows. */
export interface Spent {
  readonly minutes: Range
  /** Dollars for the Lambda function, at its list price without a free tier. */
  readonly lambdaDollars: Range
}

/** What a full job costs as a whole. */
export interface Costs extends Spent {
  readonly rows: Range
  readonly requests: Range
  readonly bytes: Range
  /** The share of the requests for reading that the provider allows an account in a month, at least. 1 is all of them. */
  readonly monthlyShare?: Range
}

/** The requests of a resource and its nested lists. */
export interface Load {
  readonly source: ListSource
  readonly isChain: boolean
  readonly requests: readonly Range[]
}

interface Measurement {
  readonly account: Account
  readonly answers: Answers
  readonly resources: readonly Measurable[]
  readonly loads: readonly Load[]
}

export function costOf({ account, answers, resources, loads }: Measurement): Costs {
  // The question which account it is.
  const requests = sumOf([exactly(1), ...resources.map((each) => each.requests)])
  const ofAccount = rangeOf(requests, (number) => number * Math.max(1 / account.perSecond, pointSeconds(answers)))
  const seconds = largest([ofAccount, ...loads.map((load) => secondsOf(load, account, answers))])
  const { monthlyReads } = account
  return {
    rows: sumOf(resources.map(({ items }) => items)),
    requests,
    ...spentIn(seconds),
    bytes: sumOf(resources.map(({ bytes }) => bytes)),
    ...(monthlyReads !== undefined && {
      monthlyShare: rangeOf(requests, (number) => rounded(number / monthlyReads, 3)),
    }),
  }
}

/** What a resource, or a nested list, takes if it is read alone. */
export function costAlone({
  account,
  answers,
  load,
}: Pick<Measurement, 'account' | 'answers'> & { readonly load: Load }): Spent {
  const ofPoints = rangeOf(sumOf(load.requests), (number) => number * pointSeconds(answers))
  return spentIn(largest([ofPoints, secondsOf(load, account, answers)]))
}

const spentIn = (seconds: Range): Spent => ({
  minutes: rangeOf(seconds, (number) => rounded(number / 60, 2)),
  lambdaDollars: rangeOf(seconds, (number) => rounded(number * functionGigabytes * gigabyteSecond, 4)),
})

/** The memory of the function as infra/ deploys it, and the list price of a GB-second on arm64 in us-east-1, in dollars. */
const functionGigabytes = 1
const gigabyteSecond = 0.000_013_333_4

/** Seconds that the requests of a resource take at the rate of its endpoint, or one after the other. */
function secondsOf({ source, isChain, requests }: Load, account: Account, { fastest, count }: Answers): Range {
  const perSecond = Math.min(source.perSecond ?? account.perSecond, account.perSecond)
  const each = isChain ? Math.max(1 / perSecond, count > 0 ? fastest / 1_000 : 0) : 1 / perSecond
  return rangeOf(sumOf(requests), (number) => number * each)
}

/** Seconds in which the points of a request are restored. */
const pointSeconds = ({ points, count, pointsPerSecond }: Answers) =>
  pointsPerSecond > 0 ? points / Math.max(1, count) / pointsPerSecond : 0

const largest = (ranges: readonly Range[]): Range => ({
  least: Math.max(...ranges.map(({ least }) => least)),
  likely: Math.max(...ranges.map(({ likely }) => likely)),
  most: ranges.some(({ most }) => most === null) ? null : Math.max(...ranges.map(({ most }) => most ?? 0)),
})

const rounded = (number: number, digits: number) => Math.round(number * 10 ** digits) / 10 ** digits
