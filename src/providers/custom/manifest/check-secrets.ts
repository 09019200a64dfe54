import type { Kit } from '../kit.ts'
import { type Path, type Problem, problem } from './problem.ts'
import type { ListPart, Manifest } from './schema.ts'

const secretName = /^(?:authorization|proxy-authorization|cookie|.*(?:api[-_]?key|secret|password|token|signature)s?)$/i
/** Parameters whose names look like those of secrets, and are none. */
const pageTokens = /(?:page|next|continuation|cursor).*token/i

/** Headers, parameters and parts of bodies whose values look like secrets. The value is not repeated. */
export function plainSecrets(manifest: Manifest, { redactSecrets }: Kit): readonly Problem[] {
  const { auth, headers, defaults, resources } = manifest
  const places = [
    ...textsIn(headers, ['headers']),
    ...(auth.type === 'clientCredentials' ? textsIn(auth.parameters, ['auth', 'parameters']) : []),
    ...textsOfList(defaults, ['defaults']),
    ...resources.flatMap((resource, at) => [
      ...textsOfList(resource, ['resources', at]),
      ...textsIn(resource.created?.parameters, ['resources', at, 'created', 'parameters']),
      ...textsIn(resource.updated?.parameters, ['resources', at, 'updated', 'parameters']),
      ...(resource.nested ?? []).flatMap((nested, inner) => textsOfList(nested, ['resources', at, 'nested', inner])),
    ]),
  ]
  return places.flatMap(({ path, text }) => {
    const name = String(path.at(-1)).split('/').at(-1) ?? ''
    const named = secretName.test(name) && !pageTokens.test(name)
    const looksSecret = named || redactSecrets(text) !== text || text.split(/[^\w-]+/).some(isRandom)
    if (!looksSecret) return []
    return [problem(path, 'looks like a secret, which never stands in a manifest. Use auth with {accessToken}')]
  })
}

interface Place {
  readonly path: Path
  readonly text: string
}

const textsOfList = (list: Pick<ListPart, 'parameters' | 'body'> | undefined, path: Path): readonly Place[] => [
  ...textsIn(list?.parameters, [...path, 'parameters']),
  ...textsIn(list?.body, [...path, 'body']),
]

/** The texts in a value, however deep. */
function textsIn(value: unknown, path: Path): readonly Place[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...path, name]))
}

const isRandom = (word: string) =>
  word.length >= 20 && /\d/.test(word) && /[A-Za-z]/.test(word) && !/^v?\d{4}-/.test(word)
