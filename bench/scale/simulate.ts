import { parseArgs } from 'node:util'
import { replaceGenerated } from './generated.ts'
import { standardDay } from './options.ts'
import { report } from './report.ts'

/*
 * A day of jobs in a model of the queue and the worker: how long small tenants wait beside a large one.
 *   node --import tsx bench/scale/simulate.ts [--seed 1] [--tenants 10000] [--objects 1e10] [--exponent 1] [--hours 24] [--write]
 * `--write` replaces the tables in docs/performance.md.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    tenants: { type: 'string' },
    objects: { type: 'string' },
    exponent: { type: 'string' },
    hours: { type: 'string' },
    write: { type: 'boolean' },
  },
})

const tables = report({
  ...standardDay,
  seed: given(values.seed, standardDay.seed),
  tenants: given(values.tenants, standardDay.tenants),
  objects: given(values.objects, standardDay.objects),
  exponent: given(values.exponent, standardDay.exponent),
  hours: given(values.hours, standardDay.hours),
})
console.log(tables)
if (values.write) replaceGenerated('docs/performance.md', 'simulated', tables)

function given(value: string | undefined, standard: number): number {
  const number = Number(value ?? standard)
  if (Number.isFinite(number) && number > 0) return number
  throw new Error(`simulate: "${value}" is not a number above 0`)
}
