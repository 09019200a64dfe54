import { type Fields, type ListRequest, openListServer, pageAt } from '../../../src/sandbox/custom/list-server.ts'

interface ListPart {
  readonly name: string
  readonly path: string
  readonly items: string
  readonly item?: string
  readonly id?: string | readonly string[]
  readonly paging?: Readonly<Record<string, string | number>>
  readonly pageSize?: { readonly parameter: string }
  readonly parameters?: Readonly<Record<string, string>>
  readonly body?: Fields
  readonly created?: { readonly at: string; readonly format?: string }
  readonly updated?: { readonly at: string; readonly format?: string }
  readonly nested?: readonly ListPart[]
}

/**
 * A server with the lists of a manifest: each has some objects, in pages as the manifest says, and refuses a request without
 * a token or at another path.
 */
export async function openManifestServer(manifest: Fields, count = 7) {
  const lists = (manifest.resources as readonly ListPart[]).flatMap((part) => [part, ...(part.nested ?? [])])
  const base = new URL(String(manifest.baseUrl).replaceAll(/\{.*?\}/g, 'x')).pathname.replace(/\/$/, '')
  const server = await openListServer(answer)

  /** Each value of a request by its name; those of its body by JSON pointer. */
  function valuesOf({ parameters, text }: ListRequest): URLSearchParams {
    const values = new URLSearchParams(parameters)
    const add = (value: unknown, pointer: string) => {
      if (typeof value !== 'object' || value === null) values.set(pointer, String(value))
      else for (const [name, inner] of Object.entries(value)) add(inner, `${pointer}/${name}`)
    }
    if (text !== '') add(JSON.parse(text), '')
    return values
  }

  function answer(request: ListRequest) {
    const { path, headers, text } = request
    if (path === '/token') return { body: { access_token: 'made', expires_in: 600 } }
    const parameters = valuesOf(request)
    if (!headers.authorization) return { status: 401, body: {} }
    const fitting = lists.flatMap((list) => {
      const named = list.path.replaceAll('{id}', '([^/]+)')
      const match = new RegExp(`^${base}${named}$`).exec(path)
      const parameter = Object.entries(list.parameters ?? {}).find(([, text]) => text.includes('{id}'))?.[0]
      if (
        !match ||
        (text !== '') !== (list.body !== undefined) ||
        (parameter !== undefined && !parameters.has(parameter))
      )
        return []
      const parent = match[1] ?? (parameter === undefined ? '' : String(parameters.get(parameter)))
      const differs = Object.entries(list.parameters ?? {}).some(
        ([name, text]) => !text.includes('{') && parameters.get(name) !== text,
      )
      return differs ? [] : [{ list, parent }]
    })
    const [{ list, parent } = { list: undefined, parent: '' }] = fitting
    return list ? { body: pageOf(list, parent, path, parameters) } : { status: 404, body: {} }
  }

  function pageOf(list: ListPart, parent: string, path: string, parameters: URLSearchParams): Fields {
    const { paging = { type: 'none' }, pageSize } = list
    const objects = Array.from({ length: parent === '' ? count : 2 }, (_, at) => objectOf(list, parent, at))
    const limit = paging.type === 'none' ? count : Math.min(3, Number(parameters.get(pageSize?.parameter ?? '') ?? 3))
    const place = parameters.get(paging.type === 'link' ? 'from' : String(paging.parameter)) ?? ''
    const first = Number(paging.first ?? 0)
    const offset = paging.type === 'page' ? (Number(place || first) - first) * limit : Number(place || 0)
    const { page, next } = pageAt(objects, offset, limit)
    const body: Record<string, unknown> = {}
    put(body, list.items, page)
    const query = new URLSearchParams(parameters)
    query.set('from', String(next))
    const cursor = paging.type === 'link' ? `${path}?${query}` : String(next)
    if (paging.next !== undefined && next !== null) put(body, String(paging.next), cursor)
    if (paging.more !== undefined) put(body, String(paging.more), next !== null)
    return body
  }

  function objectOf(list: ListPart, parent: string, at: number): Fields {
    const object: Record<string, unknown> = {}
    for (const pointer of [list.id ?? '/id'].flat()) put(object, pointer, `${list.name}_${parent}${at}`)
    for (const filter of [list.created, list.updated])
      if (filter) {
        const second = server.now() - 1_000 * at - 100
        put(object, filter.at, filter.format === 'unixSeconds' ? second : new Date(second * 1_000).toISOString())
      }
    if (list.item === undefined) return object
    const entry: Record<string, unknown> = {}
    put(entry, list.item, object)
    return entry
  }

  return { ...server, base, lists }
}

/** Sets the value at a pointer. */
function put(target: Record<string, unknown>, pointer: string, value: unknown): void {
  const steps = pointer.split('/').slice(1)
  const last = steps.pop() ?? ''
  let inner = target
  for (const step of steps) {
    inner[step] ??= {}
    inner = inner[step] as Record<string, unknown>
  }
  inner[last] = value
}
