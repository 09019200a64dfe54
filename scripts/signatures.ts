import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

/*
 * `npm audit signatures`, as CI wants it: what the registry signed must bear its signature, and where neither its keys
 * can be had nor the way to them, that is said and no more. `node --import tsx scripts/signatures.ts`
 */

export type Verdict =
  | { readonly kind: 'verified' | 'unchecked'; readonly says: string }
  | { readonly kind: 'refused'; readonly says: string }

const named = z.array(z.object({ name: z.string(), version: z.string() }))
const report = z.union([
  z.object({ invalid: named, missing: named }),
  z.object({ error: z.object({ code: z.string().nullish(), summary: z.string().nullish() }) }),
])

/** The network, or a registry that has no keys: nothing about any package. */
const unreachable =
  /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|E?TIMEDOUT|E(401|403|404|405|5\d\d)|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|TUF_\w*(DOWNLOAD|FETCH)\w*)$/
const noKeys = /no dependencies to audit that were installed from a supported registry/

/** Reads what `npm audit signatures --json` prints. What it does not know it refuses. */
export function readVerdict(stdout: string): Verdict {
  const read = report.safeParse(parsed(stdout))
  if (!read.success) return { kind: 'refused', says: 'npm audit signatures said nothing that can be read' }
  if ('error' in read.data) {
    const { code, summary } = read.data.error
    const why = (summary ?? '').split('\n')[0]
    if (unreachable.test(code ?? '') || noKeys.test(summary ?? ''))
      return {
        kind: 'unchecked',
        says: `signatures not checked: the registry's keys cannot be had here (${code || why})`,
      }
    return { kind: 'refused', says: `npm audit signatures failed: ${code ?? ''} ${why}` }
  }
  const { invalid, missing } = read.data
  const list = (all: typeof invalid) => all.map(({ name, version }) => `${name}@${version}`).join(', ')
  if (invalid.length > 0) return { kind: 'refused', says: `invalid signatures: ${list(invalid)}` }
  if (missing.length > 0) return { kind: 'refused', says: `not signed, although the registry signs: ${list(missing)}` }
  return { kind: 'verified', says: 'all packages bear the signature of their registry' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = ['audit', 'signatures', '--json', '--fetch-retries=0', '--fetch-timeout=20000']
  const { kind, says } = readVerdict(spawnSync('npm', args, { encoding: 'utf8', timeout: 300_000 }).stdout)
  console.log(says)
  process.exitCode = kind === 'refused' ? 1 : 0
}
