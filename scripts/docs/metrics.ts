import { aboutMetrics } from '../../src/telemetry/about-metrics.ts'
import { factsOf, type MetricName, metrics } from '../../src/telemetry/metrics.ts'
import { prometheusName, underscored } from '../../src/telemetry/prometheus.ts'
import { alarms } from '../observability/alarms.ts'
import { isAbsent } from '../observability/cloudwatch-alarms.ts'
import { alertName } from '../observability/prometheus-rules.ts'

const names = Object.keys(metrics).filter((name): name is MetricName => name in metrics)

/** docs/metrics.md: every metric and every alarm. */
export function metricsPage(): string {
  return `# Metrics

Lambda writes metrics into the log of the function, in CloudWatch's embedded metric format. CloudWatch takes them from there, in the
namespace of [\`Telemetry.Namespace\`](configuration.md#telemetry). A container answers \`/metrics\` in the text format of Prometheus.

- No label names a tenant, an account or a job. The documents in the log have \`jobId\`, \`tenantId\` and \`messageId\` beside the metrics.
- A provider that the worker does not have is \`unknown\`. A message without a job has the provider \`none\`, and no error has the code \`none\`.
- CloudWatch has a metric once for each set of labels in the column *CloudWatch*. AWS bills each.
- Counters of Prometheus begin at 0 with the process.

| metric | kind | labels | Prometheus | CloudWatch | meaning |
|---|---|---|---|---|---|
${names.map(metricRow).join('\n')}

## Alarms

The alarms of CloudWatch are in \`infra/alarms.yml\`, and those of live events in \`infra/live-events/\`. Those of Prometheus are in
\`infra/prometheus-rules.yml\`. All come from one list.
[operations](operations.md#alarms) says for each what to do.

| alarm | Prometheus | rings when |
|---|---|---|
${alarms.map(alarmRow).join('\n')}

## Dashboards

\`infra/dashboard.yml\` is the dashboard of CloudWatch, which the stack deploys. \`infra/grafana-dashboard.json\` has the same graphs over Prometheus: import it into Grafana.

## Traces

The worker makes spans with \`@opentelemetry/api\`. Without an SDK in the process they cost nothing. A Lambda layer of OpenTelemetry, or
\`NODE_OPTIONS=--import=FILE\` with an SDK of your own, collects them.

- A delivery is a span \`process QUEUE\`, of the kind \`CONSUMER\`. Its parent is the message's \`traceparent\`, if the sender gave one.
- A request to the provider is a span \`PROVIDER RESOURCE\` below it, of the kind \`CLIENT\`. A commit is a span \`commit\`.
- \`billing_sync.job.id\`, \`billing_sync.tenant.id\`, \`billing_sync.outcome\` and \`error.type\` are attributes.
`
}

function metricRow(name: MetricName): string {
  const { kind, labels, sets } = factsOf(name)
  const shown = (list: readonly string[]) =>
    list.length === 0 ? 'none' : list.map((label) => `\`${label}\``).join(', ')
  const cells = [
    `\`${name}\``,
    kind,
    shown(labels.map(underscored)),
    `\`${prometheusName(name)}\``,
    (sets ?? [labels]).map(shown).join('; '),
    aboutMetrics[name],
  ]
  return `| ${cells.join(' | ')} |`
}

function alarmRow({ name, about, cloudWatch, prometheus }: (typeof alarms)[number]): string {
  const there = isAbsent(cloudWatch) ? cloudWatch.absent : `[${name}](operations.md#${name.toLowerCase()})`
  const here = isAbsent(prometheus) ? prometheus.absent : `\`${alertName(name)}\``
  return `| ${there} | ${here} | ${about.replaceAll('|', '\\|')} |`
}
