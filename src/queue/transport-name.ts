/** What the address of a queue begins with, by transport. */
const addresses = {
  sqs: /^https?:\/\//i,
  postgres: /^postgres(?:ql)?:/i,
  rabbitmq: /^amqps?:\/\//i,
  'redis-streams': /^rediss?:\/\//i,
  'service-bus': /^Endpoint=sb:\/\//i,
} as const satisfies Readonly<Record<string, RegExp>>

export type TransportName = keyof typeof addresses

/** The forms of an address, for a sentence. */
export const addressForms = 'https://sqs…, postgres:, amqp://…, redis://… or Endpoint=sb://…'

/** The transport that an address is of. Undefined if it is of none. */
export function transportOf(address: string): TransportName | undefined {
  return names.find((name) => addresses[name].test(address))
}

const names: readonly TransportName[] = ['sqs', 'postgres', 'rabbitmq', 'redis-streams', 'service-bus']
