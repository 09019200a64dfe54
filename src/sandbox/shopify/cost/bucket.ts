/** How many points an app may spend on a shop. The plans are documented, the size of the bucket is not: twenty seconds. */
export interface PointLimits {
  readonly restoreRate: number
  readonly maximumAvailable: number
}

export type PointSetting =
  | 'standard'
  | 'advanced'
  | 'plus'
  | 'enterprise'
  | 'none'
  | (Partial<PointLimits> & Pick<PointLimits, 'restoreRate'>)

export interface ThrottleStatus extends PointLimits {
  readonly currentlyAvailable: number
}

export interface Bucket {
  /** Takes points; false if the bucket does not hold them. */
  take(points: number): boolean
  giveBack(points: number): void
  status(): ThrottleStatus
}

/** A bucket that restores in real time, whatever the provider's clock says. `elapsed` gives milliseconds that never jump. */
export function createBucket(setting: PointSetting, elapsed: () => number): Bucket {
  const { restoreRate, maximumAvailable } = limitsOf(setting)
  const isEndless = setting === 'none'
  let available = maximumAvailable
  let at = elapsed()
  const restore = () => {
    const now = elapsed()
    available = isEndless
      ? maximumAvailable
      : Math.min(maximumAvailable, available + ((now - at) / 1_000) * restoreRate)
    at = now
  }
  return {
    take(points) {
      restore()
      if (points > available) return false
      available -= points
      return true
    },
    giveBack(points) {
      restore()
      available = Math.min(maximumAvailable, available + points)
    },
    status() {
      restore()
      return { maximumAvailable, currentlyAvailable: Math.floor(available), restoreRate }
    },
  }
}

/** https://shopify.dev/docs/api/usage/limits, 2026: points a second by the plan of the shop. */
const ratePerPlan = { standard: 100, advanced: 200, plus: 1_000, enterprise: 2_000, none: 1_000_000 } as const

function limitsOf(setting: PointSetting): PointLimits {
  const { restoreRate, maximumAvailable }: Partial<PointLimits> & Pick<PointLimits, 'restoreRate'> =
    typeof setting === 'string' ? { restoreRate: ratePerPlan[setting] } : setting
  return { restoreRate, maximumAvailable: maximumAvailable ?? restoreRate * 20 }
}
