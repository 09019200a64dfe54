/** What a metric is. Its name follows OpenTelemetry; `prometheusName` and CloudWatch take their own from it. */
export interface MetricFacts {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** CloudWatch's word for the unit. */
  readonly unit: 'Seconds' | 'Count'
  readonly labels: readonly string[]
  /**
   * Label sets under which CloudWatch has the metric, because its alarms cannot add up metrics of several labels. Each set is
   * billed. Absent: all labels.
   */
  readonly sets?: readonly (readonly string[])[]
}

/**
 * Every metric of the worker. The code, docs/metrics.md, the alarms and the dashboards are held to this list. No label names
 * a tenant, an account or a job.
 */
export const metrics = {
  'messaging.client.consumed.messages': {
    kind: 'counter',
    unit: 'Count',
    labels: ['messaging.system'],
    sets: [[]],
  },
  'messaging.process.duration': {
    kind: 'histogram',
    unit: 'Seconds',
    labels: ['messaging.system', 'outcome'],
    sets: [['outcome']],
  },
  'billing_sync.deliveries.late': {
    kind: 'counter',
    unit: 'Count',
    labels: [],
  },
  'billing_sync.job.outcomes': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'outcome', 'code'],
    sets: [['outcome'], ['provider', 'outcome']],
  },
  'billing_sync.job.duration': {
    kind: 'histogram',
    unit: 'Seconds',
    labels: ['provider', 'status'],
    sets: [['provider']],
  },
  'billing_sync.job.failures': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'kind'],
    sets: [['kind']],
  },
  'billing_sync.job.retries': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'code'],
    sets: [[]],
  },
  'billing_sync.lease.lost': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider'],
    sets: [[]],
  },
  'billing_sync.rows': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'action'],
    sets: [['action']],
  },
  'billing_sync.provider.requests': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'status'],
    sets: [['provider']],
  },
  'billing_sync.provider.throttled': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider'],
  },
  'billing_sync.messages.dead': {
    kind: 'counter',
    unit: 'Count',
    labels: ['code'],
  },
  'billing_sync.events': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'outcome'],
    sets: [['outcome']],
  },
  'billing_sync.events.forged': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider'],
    sets: [[]],
  },
  'billing_sync.event.lag': {
    kind: 'histogram',
    unit: 'Seconds',
    labels: ['provider'],
    sets: [[]],
  },
  'billing_sync.events.queue.messages': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['state'],
  },
  'billing_sync.events.oldest.age': {
    kind: 'gauge',
    unit: 'Seconds',
    labels: [],
  },
  'billing_sync.webhooks': {
    kind: 'counter',
    unit: 'Count',
    labels: ['provider', 'status'],
    sets: [['status']],
  },
  'billing_sync.cannot_work': {
    kind: 'counter',
    unit: 'Count',
    labels: ['reason'],
    sets: [[]],
  },
  'billing_sync.lanes': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['state'],
  },
  'billing_sync.queue.messages': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['state'],
  },
  'billing_sync.queue.oldest.age': {
    kind: 'gauge',
    unit: 'Seconds',
    labels: [],
  },
  'billing_sync.jobs': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['status'],
  },
  'billing_sync.jobs.stuck': {
    kind: 'gauge',
    unit: 'Count',
    labels: [],
  },
  'billing_sync.accounts.stale': {
    kind: 'gauge',
    unit: 'Count',
    labels: [],
  },
  'billing_sync.account.sync.age.max': {
    kind: 'gauge',
    unit: 'Seconds',
    labels: [],
  },
  'billing_sync.events.silent': {
    kind: 'gauge',
    unit: 'Count',
    labels: [],
  },
  'billing_sync.schedules': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['state'],
  },
  'billing_sync.schedules.late': {
    kind: 'gauge',
    unit: 'Seconds',
    labels: [],
  },
  'billing_sync.erasure.requests': {
    kind: 'gauge',
    unit: 'Count',
    labels: ['state'],
  },
} as const satisfies Readonly<Record<string, MetricFacts>>

export type MetricName = keyof typeof metrics

/** The names of the metrics of a kind. */
export type NameOf<Kind extends MetricFacts['kind']> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Kind ? Name : never
}[MetricName]

/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof metrics)[Name]['labels'][number], string>>

export const factsOf = (name: MetricName): MetricFacts => metrics[name]
