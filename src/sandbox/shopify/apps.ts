/** The app whose tokens the sandbox takes, and another app of the same shop. */
export const apps = {
  billingSync: { id: 'gid://shopify/App/5100001', numeric: '5100001', title: 'Billing Sync' },
  other: { id: 'gid://shopify/App/5100002', numeric: '5100002', title: 'Other Subscriptions' },
} as const
