import type { Kit } from '../kit.ts'
import { bodyProblems } from './check-bodies.ts'
import { plainSecrets } from './check-secrets.ts'
import { stepsOf } from './pointer.ts'
import { type Path, type Problem, problem } from './problem.ts'
import { columnTypes } from './readers.ts'
import type { Manifest, NestedPart, OwnerPart, ResourcePart } from './schema.ts'
import type { ColumnPart } from './schema-columns.ts'
import { findTable, type KnownTable } from './tables.ts'
import { withoutTimePlaces, withoutTokenPlaces } from './template.ts'

/** The mistakes that no schema finds. */
export function problemsOf(manifest: Manifest, kit: Kit): readonly Problem[] {
  const names = new Set<string>()
  return [
    ...baseProblems(manifest, kit),
    ...authProblems(manifest),
    ...tokenAddressProblems(manifest, kit),
    ...plainSecrets(manifest, kit),
    ...bodyProblems(manifest),
    ...stateProblems(manifest, kit),
    ...manifest.resources.flatMap((resource, at) => {
      const path = ['resources', at]
      return [
        ...nameProblems(resource.name, names, path),
        ...resourceProblems(resource, path, kit),
        ...(resource.nested ?? []).flatMap((nested, index) => {
          const inner = [...path, 'nested', index]
          return [...nameProblems(nested.name, names, inner), ...nestedProblems(nested, inner, kit)]
        }),
      ]
    }),
  ]
}

function nameProblems(name: string, names: Set<string>, path: Path): readonly Problem[] {
  if (names.has(name)) return [problem([...path, 'name'], `"${name}" is the name of another list. Choose another name`)]
  names.add(name)
  return []
}

function baseProblems({ baseUrl, identity }: Manifest, { http }: Kit): readonly Problem[] {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/?#]*)([^?#\s]*)$/.exec(baseUrl) ?? []
  const sample = origin.replaceAll(/\{accessToken\.\w+\}/g, 'a')
  const isWrong = !http.isProviderBase(sample) || /[{}]/.test(withoutTokenPlaces(path)) || path.endsWith('/')
  const named = 'path' in identity ? '' : identity.account
  return [
    ...(isWrong
      ? [
          problem(
            ['baseUrl'],
            'must be the https:// address of a public host, or http:// on loopback, with a path that does not end with /',
          ),
        ]
      : []),
    ...(/^\{accessToken\.\w+\}$/.test(named) || named === ''
      ? []
      : [problem(['identity', 'account'], 'must be a field of the token, such as {accessToken.site}, or use path')]),
  ]
}

/** The credentials of a client are sent to this address. */
function tokenAddressProblems({ auth }: Manifest, { http }: Kit): readonly Problem[] {
  if (auth.type !== 'clientCredentials') return []
  const origin = /^https?:\/\/[^/?#]*(?=\/\S*$|$)/.exec(auth.url)?.[0] ?? ''
  if (http.isProviderBase(origin.replaceAll(/\{accessToken\.\w+\}/g, 'a'))) return []
  return [problem(['auth', 'url'], 'must be the https:// address of a public host, or http:// on loopback')]
}

/** A secret comes from the token of a job. */
function authProblems({ auth }: Manifest): readonly Problem[] {
  const values: Readonly<Record<string, string>> =
    auth.type === 'bearer'
      ? { token: auth.token }
      : auth.type === 'basic'
        ? { username: auth.username, password: auth.password }
        : auth.type === 'header'
          ? { value: auth.value }
          : { clientId: auth.clientId, clientSecret: auth.clientSecret }
  return Object.entries(values).flatMap(([name, value]) => {
    const word = auth.type === 'header' ? /^(?:[A-Za-z-]{1,20}[ =])?(\{.*)$/.exec(value)?.[1] : value
    if (word !== undefined && withoutTokenPlaces(word) === '' && (word !== '' || name === 'password')) return []
    return [
      problem(
        ['auth', name],
        'must be {accessToken} or {accessToken.FIELD}. A secret never stands in a manifest: send it, or a reference to it, as the accessToken of the message',
      ),
    ]
  })
}

function stateProblems({ states = {} }: Manifest, { tables: { vocabulary } }: Kit): readonly Problem[] {
  const known: Readonly<Record<string, readonly string[]>> = vocabulary
  return Object.entries(states).flatMap(([kind, words]) => {
    const states = known[kind]
    if (!states) return [problem(['states', kind], `must be one of ${Object.keys(known).join(', ')}`)]
    return Object.entries(words).flatMap(([word, state]) =>
      states.includes(state) ? [] : [problem(['states', kind, word], `must be one of ${states.join(', ')}`)],
    )
  })
}

function resourceProblems(part: ResourcePart, path: Path, kit: Kit): readonly Problem[] {
  const known = findTable(kit.tables, part.table)
  const { partition, unsettled, retrieve, parts } = part
  const hasOwner = part.owner !== undefined || known.name === 'customers'
  return [
    ...columnProblems(part.columns, known, path),
    ...ownerProblems(part.owner, known, path),
    ...(hasOwner ? [] : [ownerMissing(path)]),
    ...(['created', 'updated'] as const).flatMap((by) => windowProblems(part[by], [...path, by])),
    ...columnName(partition?.column, known, [...path, 'partition', 'column']),
    ...columnName(unsettled?.column, known, [...path, 'unsettled', 'column']),
    ...(retrieve && !retrieve.path.includes('{id}')
      ? [problem([...path, 'retrieve', 'path'], 'must have {id} where the id of the object stands')]
      : []),
    ...(parts && partition ? [problem([...path, 'parts'], 'cannot stand beside partition. Leave one out')] : []),
  ]
}

function nestedProblems(part: NestedPart, path: Path, kit: Kit): readonly Problem[] {
  const known = findTable(kit.tables, part.table)
  return [
    ...columnProblems(part.columns, known, path),
    ...ownerProblems(part.owner, known, path),
    ...(part.owner === undefined ? [ownerMissing(path)] : []),
    ...columnName(part.parent ?? 'parent_id', known, [...path, 'parent']),
    ...(part.embedded === undefined && !`${part.path}${JSON.stringify(part.parameters)}`.includes('{id}')
      ? [problem(path, 'needs embedded, or a path or parameter with {id} where the id of the parent stands')]
      : []),
  ]
}

const ownerMissing = (path: Path): Problem =>
  problem(
    [...path, 'owner'],
    'is missing: say where a row names its customer, {"customer": ["customer_id"]}, so that erasure finds it; or null if customers share the rows',
  )

function columnProblems(columns: ResourcePart['columns'], known: KnownTable, path: Path): readonly Problem[] {
  return Object.entries(columns ?? {}).flatMap(([name, part]) => {
    const at = [...path, 'columns', name]
    const unknown = columnName(name, known, at)
    return unknown.length > 0 ? unknown : readerProblem(part, known.columns.get(name)?.type, at)
  })
}

function readerProblem(part: ColumnPart, type: string | undefined, path: Path): readonly Problem[] {
  if (typeof part === 'string') return []
  const wrong = (what: string) => [problem(path, `${what} cannot fill a column of the type ${type}`)]
  if ('money' in part) return type === 'bigint' ? [] : wrong('an amount of money')
  if ('is' in part) return type === 'boolean' ? [] : wrong('true or false')
  if ('value' in part) {
    const types: Readonly<Record<string, string>> = { string: 'text', number: 'bigint', boolean: 'boolean' }
    return types[typeof part.value] === type ? [] : wrong(`a ${typeof part.value}`)
  }
  if (part.read === undefined) return []
  return columnTypes[part.read].some((fitting) => fitting === type) ? [] : wrong(`the reader ${part.read}`)
}

function columnName(name: string | undefined, known: KnownTable, path: Path): readonly Problem[] {
  if (name === undefined || (known.columns.has(name) && name !== 'resource')) return []
  const names = [...known.columns.keys()].filter((column) => column !== 'resource').join(', ')
  return [problem(path, `"${name}" is no column of ${known.name}. Use ${names}`)]
}

function ownerProblems(owner: OwnerPart | null | undefined, known: KnownTable, path: Path): readonly Problem[] {
  return (['customer', 'about', 'owns'] as const).flatMap((kind) =>
    (owner?.[kind] ?? []).flatMap((field, at) =>
      field.startsWith('/') ? [] : columnName(field, known, [...path, 'owner', kind, at]),
    ),
  )
}

function windowProblems(part: ResourcePart['created'], path: Path): readonly Problem[] {
  if (!part) return []
  const texts = { ...part.parameters, ...part.parametersWithoutEnd }
  const left = Object.entries(texts).filter(([, text]) => /[{}]/.test(withoutTimePlaces(text)))
  const namesFrom = (values: Readonly<Record<string, string>>) =>
    Object.values(values).some((text) => /\{from/.test(text))
  return [
    ...left.map(([name]) =>
      problem([...path, 'parameters', name], 'may have the places {from}, {from-1}, {to} and {to-1} only'),
    ),
    ...(namesFrom(part.parameters)
      ? []
      : [problem([...path, 'parameters'], 'must name the begin of a window: {from}')]),
    ...(part.maxDays !== undefined && part.historyDays === undefined
      ? [problem([...path, 'maxDays'], 'needs historyDays too: how many days the list goes back')]
      : []),
    ...(stepsOf(part.at).some((step) => step.includes('.'))
      ? [problem([...path, 'at'], 'must not have a name with a dot in it')]
      : []),
  ]
}
