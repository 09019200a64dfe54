import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The packages that bring the programs. */
const packages = {
  promtool: "Debian's package prometheus",
  'cfn-lint': 'the package cfn-lint of PyPI',
  checkov: 'the package checkov of PyPI',
} as const

export interface Ran {
  readonly code: number
  /** What it printed, on standard output and standard error. */
  readonly output: string
  /** What it printed on standard output. */
  readonly stdout: string
}

/** Runs a program of the path. @throws Error if the machine does not have it: nothing is skipped */
export async function runTool(name: keyof typeof packages, ...options: readonly string[]): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(name, options, { maxBuffer: 100_000_000 })
    return { code: 0, output: stdout + stderr, stdout }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (typeof code === 'number') return { code, output: stdout + stderr, stdout }
    throw new Error(`${name} is not on the path (${String(code)}). Install ${packages[name]}, see .ci/run.`)
  }
}
