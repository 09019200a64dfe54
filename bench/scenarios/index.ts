import type { Scenario } from '../bench.ts'
import { one25, one100 } from './one-endpoint.ts'

/** In the order they are run. */
export const scenarios: readonly Scenario[] = [one25, one100]
