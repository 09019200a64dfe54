/** Memory sizes a function is likely to be given, in MB. 1,769 MB is one vCPU; less is that share of one. */
export const memorySizes = [512, 1_024, 1_769] as const

const oneVcpu = 1_769
/** What of Lambda's fifteen minutes a sync can use: the worker stops fetching 30 s before the end. */
const usableSeconds = 870

export interface LambdaCost {
  readonly gigabyteSeconds: number
  readonly invocations: number
}

/** As the report shows it. */
export const formula =
  'seconds = max(wall seconds, client CPU seconds ÷ (MB ÷ 1,769)); GB-seconds = seconds × MB ÷ 1,024; ' +
  'requests = seconds ÷ 870, rounded up'

/** For a million objects. `wall` and `cpu`: seconds for a million objects. CPU that a small function has less of takes longer. */
export function lambdaCost(wall: number, cpu: number, megabytes: number): LambdaCost {
  const seconds = Math.max(wall, cpu / Math.min(1, megabytes / oneVcpu))
  return { gigabyteSeconds: (seconds * megabytes) / 1_024, invocations: Math.ceil(seconds / usableSeconds) }
}
