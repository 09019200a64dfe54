import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types'

export interface Template {
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
}

export interface Resource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DependsOn?: readonly string[]
}

/**
 * What CloudFormation would refuse, found without it: types and properties AWS does not know, required ones that are
 * missing, values of the wrong kind or outside a closed list, references into nothing, and circles of references.
 */
export function problemsOf(template: Template): string[] {
  const spec = loadAwsServiceSpecSync()
  return Object.entries(template.Resources).flatMap(([id, resource]) => [
    ...specProblems(id, resource, spec),
    ...danglingReferences(id, resource, template, spec),
    ...circle(id, template),
  ])
}

function specProblems(id: string, { Type, Properties = {} }: Resource, spec: SpecDatabase): string[] {
  const [known] = spec.lookup('resource', 'cloudFormationType', 'equals', Type)
  return known ? propertyProblems(id, Properties, known.properties, spec) : [`${id}: unknown type ${Type}`]
}

function propertyProblems(
  path: string,
  given: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, Property>>,
  spec: SpecDatabase,
): string[] {
  const missing = Object.keys(known).filter((name) => known[name]?.required && !(name in given))
  return [
    ...missing.map((name) => `${path}: ${name} is missing`),
    ...Object.entries(given).flatMap(([name, value]) => {
      const property = known[name]
      return property
        ? valueProblems(`${path}.${name}`, value, property.type, spec)
        : [`${path}: unknown property ${name}`]
    }),
  ]
}

function valueProblems(path: string, value: unknown, type: PropertyType, spec: SpecDatabase): string[] {
  if (isObject(value) && isIntrinsic(value)) return []
  switch (type.type) {
    case 'array':
      if (!Array.isArray(value)) return [`${path}: expected a list`]
      return value.flatMap((item, index) => valueProblems(`${path}[${index}]`, item, type.element, spec))
    case 'map':
      if (!isObject(value)) return [`${path}: expected an object`]
      return Object.entries(value).flatMap(([key, member]) =>
        valueProblems(`${path}.${key}`, member, type.element, spec),
      )
    case 'ref':
      if (!isObject(value)) return [`${path}: expected an object`]
      return propertyProblems(path, value, spec.get('typeDefinition', type.reference).properties, spec)
    case 'string':
      if (typeof value !== 'string') return [`${path}: expected a string`]
      return type.allowedValues && !type.allowedValues.includes(value) ? [`${path}: unknown value ${value}`] : []
    case 'integer':
    case 'number':
    case 'boolean': {
      const expected = type.type === 'boolean' ? 'boolean' : 'number'
      return typeof value === expected ? [] : [`${path}: expected a ${expected}`]
    }
    default:
      return []
  }
}

interface Reference {
  readonly to: string
  readonly attribute?: string
}

function danglingReferences(id: string, resource: Resource, { Resources }: Template, spec: SpecDatabase): string[] {
  return referencesIn(resource).flatMap(({ to, attribute }) => {
    const target = Resources[to]
    if (!target) return [`${id}: refers to ${to}, which is not there`]
    const [known] = spec.lookup('resource', 'cloudFormationType', 'equals', target.Type)
    return !attribute || (known && attribute in known.attributes) ? [] : [`${id}: ${to} has no attribute ${attribute}`]
  })
}

function circle(id: string, { Resources }: Template): string[] {
  const reached = new Set<string>()
  const ahead = [id]
  for (let at = ahead.pop(); at; at = ahead.pop()) {
    const resource = Resources[at]
    const targets = resource ? referencesIn(resource).map(({ to }) => to) : []
    if (targets.includes(id)) return [`${id}: refers to itself, by way of ${at}`]
    ahead.push(...targets.filter((to) => !reached.has(to)))
    for (const to of targets) reached.add(to)
  }
  return []
}

function referencesIn(resource: Resource): Reference[] {
  return [...(resource.DependsOn ?? []).map((to) => ({ to })), ...references(resource.Properties)]
}

function references(value: unknown): Reference[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isObject(value)) return []
  const { Ref: ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub } = value
  if (typeof ref === 'string') return ref.startsWith('AWS::') ? [] : [{ to: ref }]
  if (Array.isArray(getAtt)) return [{ to: String(getAtt[0]), attribute: String(getAtt[1]) }]
  if (typeof sub === 'string') return [...sub.matchAll(/\$\{([^}]+)\}/g)].flatMap(([, name = '']) => substituted(name))
  return Object.values(value).flatMap(references)
}

function substituted(name: string): Reference[] {
  const [to = '', attribute] = name.split('.')
  if (to.startsWith('AWS::')) return []
  return [attribute ? { to, attribute } : { to }]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isIntrinsic(value: Readonly<Record<string, unknown>>): boolean {
  const [name = '', ...more] = Object.keys(value)
  return more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))
}
