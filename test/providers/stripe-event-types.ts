import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * The event types that Stripe's SDK knows, read from its declarations: they are types only.
 */

const folder = 'node_modules/stripe/esm/resources'

/** The event types of each kind of object, by the object's field `object`: `customer` → `customer.created`, … */
export function eventTypesOfSdk(): ReadonlyMap<string, readonly string[]> {
  const objects = objectNames()
  const source = readFileSync(join(folder, 'Events.d.ts'), 'utf8')
  const types = new Map<string, string[]>()
  for (const [, event = '', type = ''] of source.matchAll(
    /export interface (\w+Event) extends EventBase \{\s+type: '([^']+)';/g,
  )) {
    const data = new RegExp(
      `export declare namespace ${event} \\{\\s+interface Data extends Event\\.Data \\{\\s+object: ([\\w.]+);`,
    )
    const name = data.exec(source)?.[1] ?? ''
    const object = objects.get(name) ?? name
    types.set(object, [...(types.get(object) ?? []), type])
  }
  return types
}

/** Whether the SDK can delete an object of this kind. */
export function deletableObjects(): ReadonlySet<string> {
  const deletable = new Set<string>()
  for (const { source, object } of declarations()) if (/^ {4}del\(id: string/m.test(source)) deletable.add(object)
  return deletable
}

/** `Billing.Meter` → `billing.meter`. */
function objectNames(): ReadonlyMap<string, string> {
  return new Map(declarations().map(({ name, object }) => [name, object]))
}

function declarations(): readonly { readonly name: string; readonly object: string; readonly source: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.d.ts') && !file.startsWith('V2'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8')
      const space = file.includes('/') ? `${file.split('/')[0]}.` : ''
      return [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)].flatMap(([, name = '', body = '']) => {
        const object = /^ {4}object: '([^']+)';/m.exec(body)?.[1]
        return object && !name.startsWith('Deleted') ? [{ name: `${space}${name}`, object, source }] : []
      })
    })
}
