import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type * as z from 'zod'
import { accountLine } from '../../src/cli/accounts.ts'
import { commands } from '../../src/cli/commands.ts'
import { finding } from '../../src/cli/doctor/finding.ts'
import { sentJob } from '../../src/cli/enqueue.ts'
import { jobDetails } from '../../src/cli/jobs/job-details.ts'
import { jobLine } from '../../src/cli/jobs/job-json.ts'
import { jobOutcome } from '../../src/cli/jobs/job-outcome.ts'
import { pruned } from '../../src/cli/prune.ts'
import { depthLine } from '../../src/cli/queue/depth.ts'
import { redriveLine } from '../../src/cli/queue/redrive.ts'
import { revenueLine } from '../../src/cli/revenue.ts'
import { routeLine } from '../../src/cli/routes/list.ts'
import { scheduleLine } from '../../src/cli/schedules/list.ts'
import { scheduleOutcome } from '../../src/cli/schedules/outcome.ts'
import { estimate } from '../../src/job/state/result-schema.ts'

/* docs/commands.md names every command, and every key of its JSON. */

const document = readFileSync('docs/commands.md', 'utf8')

/** The rows of the table in the section of that heading: the names in code of the first column. */
function keysOf(heading: string): readonly string[] {
  const [, section = ''] = document.split(`\n### ${heading}\n`)
  const [text = ''] = section.split(/\n#+ /)
  const cells = [...text.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, key = '']) => key))
}

const keys = (shape: z.ZodObject) => Object.keys(shape.shape)

const shapes: Readonly<Record<string, readonly string[]>> = {
  'jobs list': keys(jobLine),
  'jobs show': keys(jobDetails).filter((key) => !keys(jobLine).includes(key)),
  'jobs retry and jobs cancel': keys(jobOutcome),
  enqueue: keys(sentJob),
  estimate: keys(estimate),
  'queue depth': keys(depthLine),
  'queue redrive': keys(redriveLine),
  accounts: keys(accountLine),
  revenue: keys(revenueLine),
  'routes list': keys(routeLine),
  'schedules list': keys(scheduleLine),
  'schedules add and schedules pause and schedules resume and schedules remove': keys(scheduleOutcome),
  prune: keys(pruned),
  doctor: keys(finding),
}

test.each(Object.entries(shapes))('the document has each key of the JSON of %s', (heading, known) => {
  expect(keysOf(heading)).toEqual(
    [...known].toSorted((a, b) => keysOf(heading).indexOf(a) - keysOf(heading).indexOf(b)),
  )
})

test('the document has a section for each command with --json', async () => {
  for (const [name, { load }] of Object.entries(commands)) {
    if (name === 'query' || !(await load()).help.includes('--json')) continue
    const headings = Object.keys(shapes).filter((heading) => heading.split(' and ').includes(name))
    // jobs watch writes what jobs list writes.
    expect(headings.length + Number(name === 'jobs watch'), name).toBe(1)
  }
})

test('the document names every command', () => {
  for (const name of Object.keys(commands))
    expect(document).toMatch(new RegExp(`^\\| \`(npm )?${name}[^|]*\` \\|`, 'm'))
})
