import * as z from 'zod'
import { type Envelope, envelopes } from '../../local/envelopes.ts'
import { liveFacts } from '../../local/live-account.ts'
import { flag, option, UsageError } from '../options.ts'
import { optionalWholeNumber } from '../whole-number.ts'

/** Options of `start` that belong to `--live`. */
export const liveOptions = {
  live: flag('then keep changing the sandbox, and show how its events change rows, until Ctrl-C'),
  rate: option('N', 'with --live: changes a second; default 2', optionalWholeNumber(1, 200)),
  seconds: option('N', 'with --live: end after N seconds', optionalWholeNumber(1, 86_400)),
  envelope: option(
    'NAME',
    `with --live: how events arrive: ${envelopes.join(', ')}, or all in turn; default: the usual way of the provider`,
    z.enum([...envelopes, 'all'], `takes ${envelopes.join(', ')} or all`).optional(),
  ),
}

interface LiveGiven {
  readonly live: boolean
  readonly provider: string
  readonly incremental: boolean
  readonly envelope?: Envelope | 'all' | undefined
  readonly rate?: number | undefined
  readonly seconds?: number | undefined
}

/** What `--live` shows of a provider. @throws UsageError for options that do not fit together */
export function chooseLive({ live, provider, envelope, incremental, rate, seconds }: LiveGiven): LiveChoice | null {
  const [stray] = Object.entries({ rate, seconds, envelope }).flatMap(([name, value]) => (value ? [name] : []))
  if (!live) {
    if (stray) throw new UsageError(`--${stray} belongs to --live.`)
    return null
  }
  if (incremental) throw new UsageError('--live begins with a full job. Leave out --incremental.')
  const { [provider]: facts } = liveFacts
  if (!facts) throw new UsageError(`--live takes --provider ${Object.keys(liveFacts).join(', ')}, not "${provider}".`)
  const { envelopes: possible, resources: kept } = facts
  if (envelope === undefined) return { envelopes: possible.slice(0, 1), kept }
  if (envelope === 'all') return { envelopes: possible, kept }
  if (possible.includes(envelope)) return { envelopes: [envelope], kept }
  throw new UsageError(`--envelope takes ${possible.join(', ')} or all for ${provider}, not "${envelope}".`)
}

export interface LiveChoice {
  /** The envelopes that events take in turn. */
  readonly envelopes: readonly Envelope[]
  /** The resources that events keep. */
  readonly kept: readonly string[]
}
