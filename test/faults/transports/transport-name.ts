/** The transports that scenarios run on, each on the server that its tests have. */
export const transportNames = ['sqs', 'postgres', 'rabbitmq', 'redis', 'service-bus'] as const
export type TransportName = (typeof transportNames)[number]
