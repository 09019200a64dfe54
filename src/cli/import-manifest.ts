import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import * as z from 'zod'
import { kit } from '../providers/custom/kit.ts'
import { readManifest } from '../providers/custom/manifest/read-manifest.ts'
import { builtInNames } from '../providers/index.ts'
import { defineCommand } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { type Translation, translate } from './import-manifest/translate.ts'
import { option, UsageError } from './options.ts'

/** Translates an Airbyte declarative manifest into a manifest of a custom provider, as far as possible. */
export const importManifest = defineCommand({
  name: 'import-manifest',
  about: `Translates an Airbyte declarative manifest (YAML or JSON) into a manifest of a custom provider, as far as possible. Prints
what it cannot translate, and what the original loses.`,
  rest: 'FILE',
  options: z.object({
    name: option(
      'NAME',
      'name of the provider; default: from the name of the file',
      z
        .string()
        .regex(/^[a-z][a-z0-9_]*$/, 'takes small letters, digits and _')
        .optional(),
    ),
    out: option('FILE', 'where the manifest is written; it must not be there yet (NAME.json)', z.string().optional()),
  }),
  details:
    'Copy examples/custom-providers/manifest.schema.json beside the result, so that an editor checks it. Then read docs/custom-providers.md.',
  async run({ options, rest, terminal }) {
    const [file, ...more] = rest
    if (file === undefined || more.length > 0) throw new UsageError('import-manifest takes one FILE.')
    const name = options.name ?? nameOf(file)
    const translation = translateFile(file, name)
    const out = options.out ?? `${name}.json`
    writeFileSync(out, `${JSON.stringify(translation.manifest, null, 2)}\n`, { flag: 'wx' })
    for (const line of report(translation)) terminal.print(line)
    terminal.print(`\n  ${out} is written`)
    return exitCodes.done
  },
})

/** @throws Error if nothing of the file can be used */
export function translateFile(file: string, name: string): Translation {
  // Only this command reads YAML, so that no other waits for the package.
  const { parse }: { parse(text: string): unknown } = createRequire(import.meta.url)('yaml')
  const translation = translate(parse(readFileSync(file, 'utf8')), name)
  // What is written is a manifest that the worker reads.
  readManifest(JSON.stringify(translation.manifest), file, kit)
  return translation
}

function nameOf(file: string): string {
  const [first = ''] = basename(file).split('.')
  const name = first.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return builtInNames.includes(name) ? `${name}_custom` : name
}

/** What became of each stream, a line or a few each. */
export function report({ streams, remarks }: Translation): readonly string[] {
  const translated = streams.filter(({ refusal }) => refusal === undefined)
  return [
    `  ${translated.length} of ${streams.length} streams are translated`,
    ...remarks.map((remark) => `  - ${remark}`),
    ...streams.flatMap(({ name, refusal, left, losses }) => [
      '',
      refusal === undefined ? `  ${name}` : `  ${name} is not translated: ${refusal}`,
      ...left.map((part) => `    left out: ${part}`),
      ...losses.map((loss) => `    loss: ${loss}`),
    ]),
  ]
}
