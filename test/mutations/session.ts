import { createVitest } from 'vitest/node'
import type { SessionAnswer, SessionRequest } from './working-copy.ts'

/*
 * A process in the working copy that runs tests again and again: Vitest and its Postgres start once, and only what a mutation
 * changed is compiled again.
 */

const vitest = await createVitest('test', { watch: false, bail: 1, passWithNoTests: true, reporters: [{}] })

/** The tests without a database come first: they notice most mutations in seconds. */
async function firstFailure(filters: readonly string[], triesLeft = 3): Promise<string | null> {
  const specifications = await vitest.globTestSpecifications([...filters])
  const isQuick = ({ project }: (typeof specifications)[number]) => project.name === 'unit'
  for (const stage of [specifications.filter(isQuick), specifications.filter((test) => !isQuick(test))]) {
    if (stage.length === 0) continue
    // After the first failure files are left out. They must not answer with what they found earlier.
    for (const { project, moduleId } of stage) vitest.state.clearFiles(project, [moduleId])
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(stage)
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
  for (const path of changed) vitest.invalidateFile(path)
  const failure = await firstFailure(filters).catch((error: unknown) => `the tests do not run (${error})`)
  const answer: SessionAnswer = { failure }
  process.send?.(answer)
})
process.on('disconnect', async () => {
  await vitest.close()
  process.exit()
})
