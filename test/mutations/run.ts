import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { flag, option, optionNames, parseOptions, UsageError } from '../../src/cli/options.ts'
import { createRandom } from '../support/random.ts'
import type { Mutation } from './mutation.ts'
import { named } from './named.ts'
import { mutationsOf } from './operators.ts'
import { nearestTests, rooms, suiteOf } from './suites.ts'
import { survivors } from './survivors.ts'
import { openWorkingCopy, type WorkingCopy } from './working-copy.ts'

/* The program behind `npm run mutate`. Its options: `npm run mutate -- --help`. */

const wholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, 'takes a whole number')
  .transform(Number)
const options = z.object({
  only: option('TEXT', 'mutations whose names have this text', z.string().optional()),
  sample: option('N', 'so many mutations of the operators, drawn over the files or all rooms', wholeNumber.optional()),
  seed: option('N', 'draws the same sample as another run', wholeNumber.default(1)),
  near: flag('only the tests that import the changed file: quick, and what survives has to meet the others'),
})

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpText())
    return 0
  }
  const { options: given, rest: files } = parseOptions(options, args, true)
  const chosen = choose(files, given).filter(({ name }) => given.only === undefined || name.includes(given.only))
  console.log(`${chosen.length} mutations`)
  const surviving = await survivorsAmong(chosen, given.near)
  const unexplained = surviving.filter(({ name }) => survivors[name] === undefined)
  for (const { name } of surviving) console.log(`survives: ${name}. ${survivors[name] ?? 'Not explained.'}`)
  console.log(`\n${chosen.length} mutations, ${surviving.length} survive, ${unexplained.length} of them not explained`)
  return unexplained.length === 0 ? 0 : 1
}

/** The named mutations and a sample of the others, of these files or of all rooms; without a sample, every mutation of the files. */
function choose(files: readonly string[], { sample, seed }: z.infer<typeof options>): readonly Mutation[] {
  const within = (path: string) => files.length === 0 || files.some((file) => path.startsWith(file))
  const chosen = named.filter(({ file }) => within(file))
  const all = sources(files.length > 0 ? files : rooms).flatMap((path) => mutationsOf(path, readFileSync(path, 'utf8')))
  if (files.length > 0 && sample === undefined) return [...chosen, ...all]
  const random = createRandom(seed)
  const drawn = all.map((mutation) => ({ mutation, at: random.below(1_000_000) }))
  const ordered = drawn.toSorted((left, right) => left.at - right.at).map(({ mutation }) => mutation)
  return [...chosen, ...ordered.slice(0, sample ?? 0)]
}

function sources(folders: readonly string[]): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((path) => join('src', path))
    .filter((path) => path.endsWith('.ts') && folders.some((folder) => path.startsWith(folder)))
    .toSorted()
}

async function survivorsAmong(mutations: readonly Mutation[], near: boolean): Promise<readonly Mutation[]> {
  const copy = openWorkingCopy()
  const surviving: Mutation[] = []
  const stagesOf = (file: string) => (near ? [nearestTests(file)] : [nearestTests(file), suiteOf(file)])
  const suites = new Map(mutations.flatMap(({ file }) => stagesOf(file).map((suite) => [suite.join(' '), suite])))
  try {
    // Tests that fail anyway would notice everything.
    for (const suite of suites.values()) {
      const failure = await copy.firstFailure(suite, null)
      if (failure !== null) throw new Error(`mutations: a test fails without a mutation: ${failure}`)
    }
    for (const [at, mutation] of mutations.entries()) {
      const began = performance.now()
      const failure = await firstFailure(copy, stagesOf(mutation.file), mutation)
      if (failure === null) surviving.push(mutation)
      const seconds = ((performance.now() - began) / 1_000).toFixed(0)
      console.log(
        `${at + 1}/${mutations.length} ${failure === null ? 'SURVIVES' : 'noticed'} (${seconds} s): ${mutation.name}`,
      )
      if (failure !== null) console.log(`    ${failure}`)
    }
  } finally {
    await copy.close()
  }
  return surviving
}

async function firstFailure(
  copy: WorkingCopy,
  stages: readonly (readonly string[])[],
  mutation: Mutation,
): Promise<string | null> {
  for (const suite of stages) {
    const failure = await copy.firstFailure(suite, mutation)
    if (failure !== null) return failure
  }
  return null
}

function helpText(): string {
  const lines = optionNames(options).map(({ name, value, about, fallback }) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    fallback === undefined ? about : `${about} (${fallback})`,
  ])
  return `Usage: npm run mutate -- [file or folder …] [options]

Breaks one place of a copy of the sources at a time and runs the tests that are to notice it.
With files, every mutation of these files or the sample; without, the named ones of test/mutations/named.ts and the sample.

${[...lines, ['-h, --help', 'this text']].map(([left, right]) => `  ${left?.padEnd(12)}${right}`).join('\n')}

Exit codes: 0 each survivor is explained in test/mutations/survivors.ts; 1 one is not; 2 the command line is wrong.`
}

main(process.argv.slice(2))
  .catch((error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message} See: npm run mutate -- --help`)
    else console.error(error)
    return exitCodeOf(error)
  })
  .then((code) => {
    process.exitCode = code
  })
