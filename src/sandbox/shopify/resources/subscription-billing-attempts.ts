import type { Dataset, Resource } from '../resource.ts'
import { day, minute, timestamp } from '../timestamps.ts'

const states = ['Success', 'Success', 'Success', 'Failed', 'Pending', 'ActionRequired'] as const

export const subscriptionBillingAttempts: Resource = {
  type: 'SubscriptionBillingAttempt',
  relation: { parent: 'subscriptionContracts', field: 'subscriptionContract', pattern: [3, 1, 2, 0, 6] },
  moments: { created: { field: 'createdAt', at: created } },
  generate(n, data) {
    const at = created(n, data)
    const state = states[n % states.length] ?? 'Success'
    const isOver = state === 'Success' || state === 'Failed'
    return {
      createdAt: timestamp(at),
      completedAt: isOver ? timestamp(Math.min(at + minute, data.now)) : null,
      originTime: n % 3 === 0 ? timestamp(at - day) : null,
      idempotencyKey: `attempt-${n}`,
      respectInventoryPolicy: true,
      paymentGroupId: null,
      paymentSessionId: null,
      state: { __typename: `SubscriptionBillingAttempt${state}State` },
      subscriptionContract: data.reference('subscriptionContracts', contractOf(n, data)),
      transactions: [],
    }
  },
}

const contractOf = (n: number, data: Dataset) => data.parent('subscriptionBillingAttempts', n)

function created(n: number, data: Dataset): number {
  const contract = contractOf(n, data) ?? 0
  const index = n - data.children('subscriptionBillingAttempts', contract)[0]
  return Math.min(data.created('subscriptionContracts', contract) + index * 30 * day + 60, data.now)
}
