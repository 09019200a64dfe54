import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { graphs } from '../../scripts/observability/graphs.ts'
import { alertName } from '../../scripts/observability/prometheus-rules.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { alarmScenarios, calm } from '../telemetry/alarm-scenarios.ts'
import { openObservatory } from '../telemetry/observatory.ts'
import { runTool } from './tool.ts'

/*
 * Prometheus's own program evaluates the rules on what a worker wrote in each fault, minute by minute.
 */

const rules = resolve('infra/prometheus-rules.yml')

/** Whether one of these alerts was firing at the end of any minute: 1 or 0. */
const wasFiring = (selector: string, minutes: number) =>
  `max_over_time((clamp_max(count(ALERTS{${selector}alertstate="firing"}), 1) or vector(0))[${minutes}m:1m])`

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'promtool-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** The series of all scrapes, a value a minute; `_` where a scrape does not have one. */
function seriesOf(scrapes: readonly string[]) {
  const series = new Map<string, string[]>()
  for (const [minute, text] of scrapes.entries())
    for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      const [, name = '', value = ''] = /^(.*) (\S+)$/.exec(line) ?? []
      const values = series.get(name) ?? Array.from({ length: scrapes.length }, () => '_')
      values[minute] = value
      series.set(name, values)
    }
  return [...series].map(([name, values]) => ({ series: name, values: values.join(' ') }))
}

interface Question {
  readonly expression: string
  readonly value: number
}

/** Has promtool evaluate the rules on the scrapes, and the questions at their end. */
async function ask(scrapes: readonly string[], questions: readonly Question[]) {
  const file = join(await temporaryFolder(), 'test.json')
  const queries = {
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: seriesOf(scrapes),
        promql_expr_test: questions.map(({ expression, value }) => ({
          expr: expression,
          eval_time: `${scrapes.length}m`,
          exp_samples: [{ labels: '{}', value }],
        })),
      },
    ],
  }
  await writeFile(file, JSON.stringify(queries))
  return runTool('promtool', 'test', 'rules', file)
}

test('promtool understands every rule', async () => {
  expect(await runTool('promtool', 'check', 'rules', rules)).toMatchObject({
    code: 0,
    output: expect.stringContaining('SUCCESS'),
  })
})

test('promtool understands every query of the dashboard', async () => {
  const { telemetry, scrapes, pass, publish } = openObservatory()
  telemetry.notStarted()
  await pass(2, () => publish(calm))
  const queries = graphs.flatMap(({ prometheus }) => prometheus.map(({ expression }) => expression))
  expect(queries.length).toBeGreaterThan(10)
  const questions = queries.map((query) => ({ expression: `count(${query}) * 0 or vector(0)`, value: 0 }))
  expect(await ask(scrapes, questions)).toMatchObject({ code: 0 })
})

describe('each alarm of Prometheus', () => {
  const watched = alarms.filter(({ prometheus }) => !isAbsent(prometheus)).map(({ name }) => name)

  test.each(watched)('%s rings in its fault', async (name) => {
    const observatory = openObservatory()
    await alarmScenarios[name]?.(observatory)
    const { scrapes } = observatory
    const expression = wasFiring(`alertname="${alertName(name)}",`, scrapes.length)
    expect(await ask(scrapes, [{ expression, value: 1 }])).toMatchObject({ code: 0 })
  })

  test('of late events rings by their lag where the queue does not tell its age', async () => {
    const observatory = openObservatory()
    const settled = { provider: 'stripe', outcome: 'applied', code: null, lagMs: 200_000 } as const
    await observatory.pass(12, () => observatory.liveTelemetry.settled([settled]))
    const { scrapes } = observatory
    const expression = wasFiring('alertname="BillingSyncEventAge",', scrapes.length)
    expect(await ask(scrapes, [{ expression, value: 1 }])).toMatchObject({ code: 0 })
  })

  test('is quiet while nothing is wrong', async () => {
    const observatory = openObservatory()
    const { handle } = await setup({ sandbox: { customers: 50 }, telemetry: observatory.telemetry })
    await observatory.pass(26 * 60, async () => {
      observatory.publish(calm)
      observatory.publishEvents({})
      observatory.liveTelemetry.settled([{ provider: 'stripe', outcome: 'applied', code: null, lagMs: 900 }])
      observatory.liveTelemetry.answered('stripe', 200)
      if (observatory.scrapes.length % 600 === 0) await handle([JSON.stringify(jobRequest())])
    })
    const { scrapes } = observatory
    expect(await ask(scrapes, [{ expression: wasFiring('', scrapes.length), value: 0 }])).toMatchObject({ code: 0 })
  })
})
