import { readdirSync, readFileSync } from 'node:fs'

/** A list endpoint of the `stripe` package, as its declarations and sources have it. */
export interface ListEndpoint {
  /** `/v1/invoices/:id/lines` */
  readonly path: string
  /** Parameters it does not work without, those in the path aside. */
  readonly required: readonly string[]
  readonly parameters: readonly string[]
  /** Whether `retrieve(id)` gets one object from the same path. */
  readonly retrieves: boolean
}

const root = 'node_modules/stripe/esm/resources'

/** Every list endpoint, searches aside. */
export function listEndpoints(): ListEndpoint[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.d.ts'))
    .flatMap((path) => {
      const types = readFileSync(`${root}/${path}`, 'utf8')
      const source = readFileSync(`${root}/${path.replace(/\.d\.ts$/, '.js')}`, 'utf8')
      const methods = types.matchAll(/^ {4}(list\w*)\(.*?params\??: ([\w.]+), options/gm)
      return [...methods].map(([, method = '', type = '']) => endpoint(method, type, { types, source }))
    })
}

function endpoint(method: string, type: string, { types, source }: Readonly<Record<'types' | 'source', string>>) {
  const path = pathOf(method, source)
  const parameters = fieldsOf(type.split('.').at(-1) ?? '', types)
  return {
    path,
    required: parameters.filter(({ optional }) => !optional).map(({ name }) => name),
    parameters: parameters.map(({ name }) => name),
    retrieves: /^ {4}retrieve\(/m.test(source) && pathOf('retrieve', source) === `${path}/:id`,
  }
}

function pathOf(method: string, source: string): string {
  const body = source.split(new RegExp(`^ {4}${method}\\(`, 'm'))[1] ?? ''
  const [, path = ''] = /'GET', ['`]([^'`]+)['`]/.exec(body) ?? []
  return path.replace(/\$\{encodeURIComponent\(\w+\)\}/g, ':id')
}

/** The fields of an interface, those it inherits aside: paging has none of its own. */
function fieldsOf(name: string, types: string): { readonly name: string; readonly optional: boolean }[] {
  const [, indent = '', body = ''] =
    new RegExp(`^( *)(?:export )?interface ${name}(?: extends \\w+)? \\{\\n([\\s\\S]*?)^\\1\\}`, 'm').exec(types) ?? []
  return [...body.matchAll(new RegExp(`^${indent} {4}(\\w+)(\\??):`, 'gm'))].map(([, field = '', mark]) => ({
    name: field,
    optional: mark === '?',
  }))
}
