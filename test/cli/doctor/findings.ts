import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { readConfig } from '../../../src/config/load.ts'

export const configOf = (environment: Readonly<Record<string, string>>) => readConfig({ environment, file: undefined })

/** All findings, which hold at most one for each sentence. */
export async function collect(findings: AsyncGenerator<Finding>): Promise<readonly Finding[]> {
  const collected: Finding[] = []
  for await (const finding of findings) collected.push(finding)
  return collected
}

/** The findings of that status as their sentence and what to do. */
export const those = (findings: readonly Finding[], status: Finding['status']) =>
  findings.filter((finding) => finding.status === status).map(({ message, do: action }) => `${message} → ${action}`)
