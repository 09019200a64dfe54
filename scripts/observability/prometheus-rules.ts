import { stringify } from 'yaml'
import { alarms } from './alarms.ts'
import { isAbsent } from './cloudwatch-alarms.ts'

/** infra/prometheus-rules.yml: the alarms as rules of Prometheus. */
export function prometheusRules(): string {
  const rules = alarms.flatMap(({ name, about, prometheus }) =>
    isAbsent(prometheus)
      ? []
      : [
          {
            alert: alertName(name),
            expr: prometheus.expression,
            ...(prometheus.for !== '0m' && { for: prometheus.for }),
            labels: { service: 'billing-sync' },
            annotations: { summary: about, runbook: `docs/operations.md#${name.toLowerCase()}` },
          },
        ],
  )
  return stringify({ groups: [{ name: 'billing-sync', interval: '1m', rules }] }, { lineWidth: 0 })
}

/** The name of an alarm in Prometheus. */
export const alertName = (name: string): string => `BillingSync${name.replace(/Alarm$/, '')}`
