import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

/* The stage of containers fails CI where a check does not hold, and only a kernel that refuses to mount excuses it. */

/** A folder with these programs, each a script of the shell. */
function folderOf(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'containers-stage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, '.ci'))
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

/** The stage of `.ci/run`, with another program in the place of `.ci/containers`. */
function runStage(containers: string) {
  const [stage = ''] = /^containers\(\) \{\n[^}]*\n\}$/m.exec(readFileSync('.ci/run', 'utf8')) ?? []
  const script = `set -Eeuo pipefail\nreport=''\n${stage}\ncontainers\nprintf '%s' "$report"`
  const { status, stdout } = spawnSync('bash', ['-c', script], {
    cwd: folderOf({ '.ci/containers': containers }),
    encoding: 'utf8',
  })
  return { status, stdout }
}

const refuses = 'echo "Operation not permitted" >&2; exit 1'
const works = 'exit 0'

/** What `.ci/can-mount` says on a machine with these programs. */
function probe(programs: Readonly<Record<string, string>>) {
  const path = `${folderOf({ mount: works, ...programs })}:${folderOf({ mktemp: 'exec /usr/bin/mktemp "$@"', rmdir: 'exec /bin/rmdir "$@"' })}`
  const { status, stdout } = spawnSync('/bin/bash', ['.ci/can-mount'], { env: { PATH: path }, encoding: 'utf8' })
  return { status, stdout }
}

test('a check that does not hold fails the stage, and what was left out is reported', () => {
  expect(runStage('exit 1')).toEqual({ status: 1, stdout: '' })
  expect(runStage('exit 0')).toEqual({ status: 0, stdout: '' })
  const leavesOut = 'echo "containers: the image is neither built nor run here." > "$1"'
  expect(runStage(leavesOut)).toEqual({ status: 0, stdout: 'containers: the image is neither built nor run here.\n' })
})

test('the probe tells a kernel that refuses from a program that is missing', () => {
  expect(probe({ unshare: works, bwrap: works })).toEqual({ status: 0, stdout: '' })
  expect(probe({ unshare: refuses, bwrap: works })).toEqual({
    status: 1,
    stdout: 'The kernel does not let this process mount a folder (Operation not permitted).\n',
  })
  expect(probe({ unshare: works, bwrap: refuses })).toEqual({
    status: 1,
    stdout: 'The kernel does not let bubblewrap run a program (Operation not permitted).\n',
  })
  expect(probe({ unshare: works })).toEqual({ status: 2, stdout: '' })
})
