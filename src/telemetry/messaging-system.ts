/** OpenTelemetry's names of the transports. */
export const messagingSystems = {
  sqs: 'aws_sqs',
  postgres: 'postgresql',
  rabbitmq: 'rabbitmq',
  'redis-streams': 'redis',
  'service-bus': 'servicebus',
} as const
