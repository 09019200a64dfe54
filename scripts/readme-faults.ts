import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Results, readResults } from '../test/faults/record.ts'

/* The README's table of faults, from what full runs saw: `node --import tsx scripts/readme-faults.ts` brings it up to date. */

const [start, end] = ['<!-- faults: scripts/readme-faults.ts writes from here -->', '<!-- faults: to here -->']

/** The text with the part between the markers written anew. @throws Error where it has no markers */
export function withFaults(readme: string, results: Results): string {
  const [before, rest] = readme.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md: has no ${start} and ${end}`)
  return `${before}${start}\n${section(results)}\n${end}${after}`
}

function section(results: Results): string {
  return [
    '| fault | what is done | what was seen | command |',
    '|---|---|---|---|',
    ...Object.entries(results).map(([name, result]) => line(name, result)),
  ].join('\n')
}

function line(name: string, { faults, about, figures, problems, seed, date, commit }: Results[string]): string {
  const seen = Object.entries(figures).map(([what, figure]) => `${what}: ${shown(figure)}`)
  const failed = problems.length > 0 ? [`**${problems.length} problems**`] : []
  const told = [...seen, ...failed].join('; ')
  const command = `\`npm run faults -- --only ${name} --share full --seed ${seed}\``
  return `| ${name} (${faults.join(', ')}) | ${about} | ${told} (${date}, ${commit}) | ${command} |`
}

const shown = (figure: number | string) => (typeof figure === 'number' ? figure.toLocaleString('en') : figure)

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync('README.md', withFaults(readFileSync('README.md', 'utf8'), readResults()))
