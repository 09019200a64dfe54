import { type ChildProcess, fork } from 'node:child_process'

/** Starts one of the benchmark's programs with this environment and nothing of the bench's own, a NODE_OPTIONS say. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { PATH, HOME, TMPDIR } = process.env
  return fork(program, [...args], {
    execArgv: [],
    env: { PATH, HOME, TMPDIR, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
    cwd: import.meta.dirname,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
