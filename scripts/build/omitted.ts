import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/* What the bundle leaves out of packages and of the worker's own files. */

/**
 * The typed methods and event handlers of Stripe's SDK are most of it, and none is called: every answer is read with `rawRequest`, the
 * one method that `src/providers/stripe/connection.ts` keeps of the client's type. Their classes stay, empty.
 */
export const withoutTypedMethods: Plugin = {
  name: 'without-typed-methods',
  setup({ onLoad }) {
    onLoad(
      { filter: /[\\/]stripe[\\/]esm[\\/](?:resources[\\/]|StripeEventNotificationHandler)/ },
      async ({ path }) => {
        const names = [...(await readFile(path, 'utf8')).matchAll(/^export class (\w+)/gm)].map(([, name]) => name)
        return { contents: names.map((name) => `export class ${name} {}`).join('\n') }
      },
    )
  },
}

/** The client of `pg` that needs a native library, which nobody installs. With NODE_PG_FORCE_NATIVE the error says that it is missing. */
export const withoutNativeClient: Plugin = {
  name: 'without-native-client',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]pg[\\/]lib[\\/]native[\\/]index\.js$/ }, () => ({
      contents: `throw Object.assign(new Error('pg: the bundle has no native client'), { code: 'MODULE_NOT_FOUND' })`,
    }))
  },
}

/**
 * The descriptions of settings are for docs/configuration.md, and are a tenth of the worker's own code. Each is a sentence, which a
 * test checks, and no other text of these files is one.
 */
export const withoutDescriptions: Plugin = {
  name: 'without-descriptions',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]config[\\/](?:schema|provider-sections)\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/'[A-Z][^'\n]{15,}\.'/g, "''"),
      loader: 'ts',
    }))
  },
}

/** What zod writes JSON Schemas with. The worker only reads with its schemas, and the bundle's own zod is never handed out. */
export const withoutJsonSchemas: Plugin = {
  name: 'without-json-schemas',
  setup({ onLoad }) {
    onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](?:json-schema-processors|to-json-schema)\.js$/ },
      async ({ path }) => {
        const exported = (await readFile(path, 'utf8')).matchAll(
          /^export (?:function|const) (\w+)|^export \{ \w+ as (\w+)/gm,
        )
        const names = [...exported].map(([, own, alias]) => own ?? alias ?? '')
        const methods = names.map((name) => (name.startsWith('create') ? `${name} = () => refuse` : `${name} = refuse`))
        const refuse = `const refuse = () => { throw new Error('zod: the bundle writes no JSON Schemas') }`
        return { contents: `${refuse}\nexport const ${methods.join(', ')}` }
      },
    )
  },
}
