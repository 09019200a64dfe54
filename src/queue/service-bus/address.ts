import { wrongAddress } from '../server-address.ts'

/** A namespace of Azure Service Bus and a queue in it, from `Queue.Url`. */
export interface ServiceBusAddress {
  /** For the library, without the name of the queue: the worker uses two queues. */
  readonly connectionString: string
  readonly queue: string
  /** A message to a person may show it. */
  readonly host: string
  /** The key, which no message shows. */
  readonly password: string | undefined
}

const form =
  'Write Endpoint=sb://NAMESPACE.servicebus.windows.net/;SharedAccessKeyName=NAME;SharedAccessKey=KEY;EntityPath=QUEUE.'

/**
 * Reads a connection string as Azure shows it. Without `EntityPath` the queue is `billing-sync`.
 * @throws SyncError with verdict `reject`, which shows no part of the connection string
 */
export function parseServiceBusAddress(text: string): ServiceBusAddress {
  const fields = text.split(';').flatMap((field) => {
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(field) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  const field = (name: string) => fields.find(([given]) => given.toLowerCase() === name)?.[1]
  const host = /^sb:\/\/([^/]+)\/?$/i.exec(field('endpoint') ?? '')?.[1]
  if (host === undefined) throw wrongAddress(`queue: Queue.Url names no namespace of Azure Service Bus. ${form}`)
  const password = field('sharedaccesskey') ?? field('sharedaccesssignature')
  if (!password) throw wrongAddress(`queue: Queue.Url has no key for Azure Service Bus. ${form}`)
  return {
    connectionString: fields
      .filter(([name]) => name.toLowerCase() !== 'entitypath')
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
    queue: field('entitypath') || 'billing-sync',
    host,
    password,
  }
}
