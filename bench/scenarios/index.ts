import type { Scenario } from '../result.ts'
import { account } from './account.ts'
import { all } from './all.ts'
import { coldStart } from './cold-start.ts'
import { cpu } from './cpu.ts'
import { million } from './million.ts'
import { one25, one100 } from './one-endpoint.ts'
import { peers } from './peers.ts'
import { ramp } from './ramp.ts'
import { requests } from './requests.ts'
import { second } from './second.ts'
import { smallJobs } from './small-jobs.ts'
import { unchanged } from './unchanged.ts'
import { write } from './write.ts'

/** In the order they are run. */
export const scenarios: readonly Scenario[] = [
  one25,
  one100,
  all,
  requests,
  second,
  cpu,
  write,
  unchanged,
  coldStart,
  smallJobs,
  ramp,
  account,
  million,
  peers,
]
