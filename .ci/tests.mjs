/*
 * Reads what Vitest writes about a run (--reporter=json) for `.ci/run`.
 *   node .ci/tests.mjs failed FOLDER   the files of FOLDER/all.json with a test that failed, or that cannot be loaded, a line each
 *   node .ci/tests.mjs count FOLDER    "PASSED FAILED"; a file that was run once more counts as it is in FOLDER/again.json
 */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [what, folder] = process.argv.slice(2)
const files = (name) =>
  existsSync(`${folder}/${name}.json`)
    ? JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')).testResults.map(({ name: file, status, assertionResults }) => ({
        file,
        passed: assertionResults.filter((test) => test.status === 'passed').length,
        // A file that cannot be loaded has no test that fails, and is a failure all the same.
        failed: Math.max(assertionResults.filter((test) => test.status === 'failed').length, Number(status === 'failed')),
      }))
    : []

const all = files('all')
if (what === 'failed') {
  for (const { file, failed } of all) if (failed > 0) console.log(relative(process.cwd(), file))
} else {
  const again = new Map(files('again').map((result) => [result.file, result]))
  const counted = all.map((result) => again.get(result.file) ?? result)
  console.log(counted.reduce((sum, { passed }) => sum + passed, 0), counted.reduce((sum, { failed }) => sum + failed, 0))
}
