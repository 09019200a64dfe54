import { expect } from 'vitest'
import { usePackagedService } from './packaged-service.ts'
import { type Role, statementsIn } from './roles.ts'

export const stripe = 'aws.partner/stripe.com/ed_61ABC'
export const shopify = 'aws.partner/shopify.com/1234/live-events'
export const service = usePackagedService([
  `eventSources=receiver, http-api, ${stripe},${shopify}`,
  'webhookSecrets=stripe,shopify',
])

export const propertiesOf = (id: string) => service.resource(id).Properties

export function permissionsOf(role: string) {
  const { Policies } = propertiesOf(role) as unknown as Role
  const statements = statementsIn(Policies)
  expect(statements.every(({ Effect }) => Effect === 'Allow')).toBe(true)
  return statements.map(({ Action, Resource }) => [Action, Resource])
}
