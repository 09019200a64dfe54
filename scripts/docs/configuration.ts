import type * as z from 'zod'
import { settingsSchema } from '../../src/config/schema.ts'

/** docs/configuration.md: every setting, from the schema that reads it. */
export function configuration(): string {
  return `# Configuration

The worker reads \`appsettings.json\` of its directory, then the environment. A variable of the environment overrides the file.
Its name is the section and the setting, joined by two underscores, in any case: \`Worker__BatchSize=50\`.

- The worker ignores other sections, so the file may be shared with a .NET application.
- An unknown setting in a section of the worker is a warning in the log. If its name is close to a known one, it is an error, because it is a misspelling.
- A wrong value is an error. The worker does not start, its log has the code [\`invalid_setting\`](errors.md#invalid_setting), and messages wait in the queue.
- An empty value counts as not set.
- A secret never appears in a log or an error.
- A secret setting may be a reference to a secret instead: \`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME\`, \`ssm:/NAME\` or \`arn:aws:ssm:REGION:ACCOUNT:parameter/NAME\`, each with \`#FIELD\` if the secret is a JSON object. The worker reads it when it starts. Its role needs the permission.

${Object.entries(settingsSchema.shape).map(section).join('\n\n')}
`
}

function section([name, { shape }]: [string, { shape: Readonly<Record<string, z.ZodType>> }]): string {
  const rows = Object.entries(shape).map(([setting, type]) => row(name, setting, type))
  return [
    `## ${name}`,
    '',
    '| setting | environment | meaning | values | default | secret |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function row(section: string, setting: string, type: z.ZodType): string {
  const { expected, secret, description = '' } = { ...type.meta() }
  const cells = [
    `\`${section}.${setting}\``,
    `\`${section}__${setting}\``,
    description,
    typeof expected === 'string' ? expected : valuesOf(type),
    fallbackOf(type),
    secret ? 'yes' : '',
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function valuesOf(type: z.ZodType): string {
  const issue = type.safeParse(Symbol('no value')).error?.issues[0]
  return issue && 'values' in issue && Array.isArray(issue.values) ? issue.values.join(', ') : 'text'
}

function fallbackOf(type: z.ZodType): string {
  const { data } = type.safeParse(undefined)
  return data === undefined ? '' : `\`${String(data)}\``
}
