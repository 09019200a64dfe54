import type { ProviderResource } from '../../src/provider/contract.ts'
import type { DocumentedProvider } from './providers.ts'

/** Rows of the table of a provider's changes: what an incremental job sees, how, and of which resources. */
export function changesSeen({ resources, changes }: DocumentedProvider): readonly string[] {
  const groups = new Map<string, string[]>()
  for (const resource of resources)
    for (const row of waysOf(resource, changes)) groups.set(row, [...(groups.get(row) ?? []), `\`${resource.name}\``])
  return [...groups].map(([how, names]) => `${how} ${names.join(', ')} |`)
}

function waysOf(resource: ProviderResource, changes: DocumentedProvider['changes']): readonly string[] {
  const { name, createdFilter, updatedFilter, unsettled } = resource
  if (changes?.announced.includes(name)) return ['| new, changed, deleted | by its event |']
  const hasEvents = changes?.mentioned.includes(name) === true
  const isUnseen = !createdFilter || (!changes && !unsettled)
  if (unsettled === 'every row' || (!updatedFilter && isUnseen))
    return [`| new, changed | the list is read whole${hasEvents ? ', and some changes have an event' : ''} |`]
  if (updatedFilter) return ['| new, changed | by time of change |']
  const ways = [...(hasEvents ? ['if it has an event'] : []), ...(unsettled ? [`while ${openRows(unsettled)}`] : [])]
  return ['| new | by time of creation |', `| changed | ${ways.join('; ') || 'by a full job'} |`]
}

function openRows({ by, values }: Exclude<NonNullable<ProviderResource['unsettled']>, 'every row'>): string {
  const name = 'column' in by ? by.column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : by.field
  return `\`${name}\` is ${values.map((value) => value ?? 'null').join(' or ')}`
}
