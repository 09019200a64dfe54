import { createVitest, type TestSpecification, type Vitest } from 'vitest/node'
import type { SessionAnswer, SessionRequest } from './working-copy.ts'

/*
 * A process in the working copy that runs tests again and again: Vitest and its Postgres start once, and only what a mutation
 * changed is compiled again.
 */

const options = { watch: false, bail: 1, passWithNoTests: true, reporters: [{}] }
const npmAlone = await createVitest('test', options)
let withBrokers: Vitest | undefined

interface Stage {
  readonly vitest: Vitest
  readonly tests: readonly TestSpecification[]
}

/** The tests without a database come first: they notice most mutations in seconds. Those on brokers come last. */
async function stagesOf(filters: readonly string[]): Promise<readonly Stage[]> {
  const onBrokers = filters.filter((filter) => filter.startsWith('test/brokers/'))
  const others = filters.filter((filter) => !onBrokers.includes(filter))
  // Without a filter Vitest would find every test.
  const tests = others.length === 0 ? [] : await npmAlone.globTestSpecifications(others)
  const isQuick = ({ project }: TestSpecification) => project.name === 'unit'
  const stages = [
    { vitest: npmAlone, tests: tests.filter(isQuick) },
    { vitest: npmAlone, tests: tests.filter((test) => !isQuick(test)) },
  ]
  if (onBrokers.length === 0) return stages
  withBrokers ??= await createVitest('test', { ...options, config: 'vitest.brokers.config.ts' })
  return [...stages, { vitest: withBrokers, tests: await withBrokers.globTestSpecifications(onBrokers) }]
}

async function firstFailure(filters: readonly string[], triesLeft = 3): Promise<string | null> {
  for (const { vitest, tests: stage } of await stagesOf(filters)) {
    if (stage.length === 0) continue
    // After the first failure files are left out. They must not answer with what they found earlier.
    for (const { project, moduleId } of stage) vitest.state.clearFiles(project, [moduleId])
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...stage])
    const files = new Set(stage.map(({ moduleId }) => moduleId))
    const modules = testModules.filter(({ moduleId }) => files.has(moduleId))
    for (const module of modules) {
      const [broken] = module.errors()
      if (broken) return `${module.relativeModuleId} does not load (${firstLine(broken.message)})`
      for (const test of module.children.allTests('failed'))
        return `${test.fullName} (${firstLine(test.result().errors?.[0]?.message)})`
    }
    // A run is cancelled by the first failure of the one before, if that is still ending.
    if (modules.length < files.size || modules.some((module) => module.state() !== 'passed'))
      return await again(filters, triesLeft)
    const [unhandled] = unhandledErrors
    if (unhandled)
      return `an error that no test caught (${firstLine(unhandled instanceof Error ? unhandled.message : '')})`
  }
  return null
}

async function again(filters: readonly string[], triesLeft: number): Promise<string | null> {
  if (triesLeft === 0) throw new Error('Vitest leaves tests out')
  await new Promise((resolve) => setTimeout(resolve, 500))
  return await firstFailure(filters, triesLeft - 1)
}

const firstLine = (message = '') => message.split('\n')[0]?.slice(0, 120) ?? ''

process.on('message', async ({ filters, changed }: SessionRequest) => {
  for (const vitest of [npmAlone, withBrokers]) for (const path of changed) vitest?.invalidateFile(path)
  const failure = await firstFailure(filters).catch((error: unknown) => `the tests do not run (${error})`)
  const answer: SessionAnswer = { failure }
  process.send?.(answer)
})
process.on('disconnect', async () => {
  // A mutation may never end, and its worker does not close then. Its Postgres and the worker are of the same process group.
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 10_000)
  await Promise.all([npmAlone.close(), withBrokers?.close()])
  process.exit()
})
