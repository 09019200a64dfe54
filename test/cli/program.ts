import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'

/** The bundle of `test/support/program.ts`. */
const program = inject('program')

interface Surroundings {
  readonly cwd?: string
  /** Configuration; of this process only the path is passed on. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The program as a process without a terminal. */
export function start(args: readonly string[], surroundings: Surroundings = {}) {
  return watch(process.execPath, [program, ...args], surroundings)
}

/** Runs the program to its end. */
export function run(args: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  return start(args, surroundings).ended
}

/** The program on a terminal of that size; what it writes is in `stdout`. */
export function startOnTerminal(args: readonly string[], rows: number, surroundings: Surroundings = {}) {
  return watchOnTerminal([process.execPath, program, ...args], rows, surroundings)
}

/**
 * `npm start -- …` on a terminal, in a directory that has this package's scripts and whose `.data` is the test's own. The
 * scripts run the bundle; `bin/billing-sync.js` itself is run by test/docs/readme.test.ts.
 * `press` sends a key as a terminal does: Ctrl-C signals npm, its shell and the program at once.
 */
export function npmStartOnTerminal(args: readonly string[], cwd: string) {
  if (!existsSync(join(cwd, 'bin'))) {
    cpSync('package.json', join(cwd, 'package.json'))
    mkdirSync(join(cwd, 'bin'))
    writeFileSync(join(cwd, 'bin/billing-sync.js'), `import(${JSON.stringify(program)})\n`)
  }
  const started = watchOnTerminal(['npm', 'start', '--', ...args], 24, { cwd })
  return { ...started, press: (key: string) => void started.child.stdin.write(key) }
}

function watchOnTerminal(words: readonly string[], rows: number, surroundings: Surroundings) {
  const command = words.map((word) => `'${word}'`).join(' ')
  return watch('script', ['-qec', `stty rows ${rows} cols 100; exec ${command}`, '/dev/null'], surroundings)
}

function watch(command: string, args: readonly string[], { cwd = emptyDirectory(), env = {} }: Surroundings) {
  const path = process.env.PATH ?? ''
  const child = spawn(command, args, { cwd, env: { PATH: path, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  // A key that is pressed after the program has ended reaches nobody. What the program wrote and its code are what counts.
  child.stdin.on('error', () => {})
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...output }))
  return { child, output, ended, seen: (pattern: RegExp) => seen(child, output, pattern) }
}

/** Resolves once the output has it. */
async function seen(child: ChildProcess, output: { stdout: string; stderr: string }, pattern: RegExp): Promise<void> {
  while (!pattern.test(output.stdout + output.stderr)) {
    if (child.exitCode !== null) throw new Error(`ended without ${pattern}: ${output.stdout}${output.stderr}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** A directory without configuration, which a server that is another user can reach, too. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'billing-sync-cli-'))
  chmodSync(directory, 0o755)
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What a terminal that obeys `\r`, cursor up and clear-below shows in the end, with what has scrolled out above. */
export function renderTerminal(output: string): string[] {
  const lines: string[] = ['']
  let row = 0
  const shown = output.replaceAll('\u001b', '␛')
  for (const [token] of shown.matchAll(/␛\[(\d+)A|␛\[0J|\r|\n|[^\r\n␛]+/g)) {
    const up = /^␛\[(\d+)A$/.exec(token)
    if (up) row = Math.max(0, row - Number(up[1]))
    else if (token === '␛[0J') lines.length = row
    else if (token === '\n') row++
    else if (token !== '\r') lines[row] = (lines[row] ?? '') + token
    lines[row] ??= ''
  }
  return lines
}
