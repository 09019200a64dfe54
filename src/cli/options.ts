import { parseArgs } from 'node:util'
import * as z from 'zod'
import { unknownName } from './nearest.ts'

/** A wrong command line. Its message is a sentence or two for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command's options. Keys in camelCase are written in kebab-case; a boolean is a flag. Made with `option` and `flag`. */
export type Schema = z.ZodObject

/** An option that takes a value. `value` is the value's placeholder, `about` the line in the help. */
export function option<Value extends z.ZodType>(value: string, about: string, schema: Value): Value {
  return schema.meta({ value, about })
}

/** An option that is given or not. */
export function flag(about: string) {
  return z.boolean().default(false).meta({ about })
}

/** The tenant, as in a message: any kind of UUID, in any case. */
export const tenantId = z.guid('takes a UUID').transform((text) => text.toLowerCase())

interface OptionName {
  readonly key: string
  readonly name: string
  /** Undefined for a flag. */
  readonly value: string | undefined
  readonly about: string
  readonly fallback: string | undefined
}

const metadata = z.object({ value: z.string().optional(), about: z.string() })

/** The options as the help lists them. */
export function optionNames(schema: Schema): readonly OptionName[] {
  return Object.entries(schema.shape).map(([key, option]) => {
    const { value, about } = metadata.parse(z.globalRegistry.get(option))
    const unset = z.safeParse(z.object({ [key]: option }), {})
    const fallback = unset.data?.[key]
    const shown = typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : undefined
    return {
      key,
      name: key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
      about,
      fallback: shown,
    }
  })
}

/** The command line as the schema wants it. @throws UsageError, also for what stands beside the options, unless `takesRest` */
export function parseOptions<Options extends Schema>(
  schema: Options,
  args: readonly string[],
  takesRest = false,
): { readonly options: z.infer<Options>; readonly rest: readonly string[] } {
  const known = optionNames(schema)
  const { given, rest } = readTokens(known, args)
  if (!takesRest && rest[0] !== undefined)
    throw new UsageError(`"${rest[0]}" is one argument too many: there are options only.`)
  const parsed = schema.safeParse(given)
  if (parsed.success) return { options: parsed.data, rest }
  const [issue] = parsed.error.issues
  const wrong = known.find(({ key }) => key === issue?.path[0])
  if (!wrong) throw new UsageError(issue?.message ?? 'The options do not fit together.')
  if (!(wrong.key in given)) throw new UsageError(`--${wrong.name} is missing. It ${issue?.message}.`)
  throw new UsageError(`--${wrong.name} ${issue?.message}, not "${given[wrong.key]}".`)
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

function readTokens(known: readonly OptionName[], args: readonly string[]) {
  const types = known.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const)
  const { tokens = [] } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given: Record<string, string | boolean> = {}
  const rest: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') rest.push(token.value)
    if (token.kind !== 'option') continue
    const option = known.find(({ name }) => token.rawName === `--${name}`)
    if (!option)
      throw new UsageError(
        unknownName('The option', token.rawName, [...known.map(({ name }) => `--${name}`), '--help']),
      )
    if (option.key in given) throw new UsageError(`--${option.name} is given twice.`)
    given[option.key] = valueIn(option, token)
  }
  return { given, rest }
}

function valueIn({ name, value }: OptionName, token: Token & { kind: 'option' }): string | boolean {
  if (value === undefined) {
    if (token.value === undefined) return true
    throw new UsageError(`--${name} takes no value, not "${token.value}".`)
  }
  if (token.value === undefined) throw new UsageError(`--${name} needs a value: --${name} ${value}.`)
  if (!token.inlineValue && token.value.startsWith('-'))
    throw new UsageError(`--${name} needs a value before "${token.value}": --${name} ${value}.`)
  return token.value
}
