import type { Identity, Provider } from '../../../provider/contract.ts'
import type { Kit } from '../kit.ts'
import { type Connection, openConnection } from './connection.ts'
import type { ManifestContext } from './context.ts'
import { failure } from './failure.ts'
import { valueAt } from './pointer.ts'
import { idText, timeOf } from './readers.ts'
import { resourceOf } from './resource.ts'
import type { Manifest } from './schema.ts'

/** The provider that a manifest describes. */
export function manifestProvider(manifest: Manifest, kit: Kit): Provider {
  const began = manifest.began === undefined ? 0 : Date.parse(manifest.began) / 1_000
  const context: ManifestContext = { manifest, kit, began }
  return kit.defineProvider<Connection>({
    name: manifest.name,
    resources: manifest.resources.map((part) => resourceOf(part, context)),
    ...(manifest.states && { states: manifest.states }),
    open: (credentials) => openConnection(credentials, manifest, kit),
    failure: (error, connection) => failure(error, connection, context),
    identify: (connection) => identify(connection, context),
  })
}

async function identify(connection: Connection, { manifest, kit, began }: ManifestContext): Promise<Identity> {
  const { identity, mode } = manifest
  if (!('path' in identity)) return { account: connection.id, since: began }
  try {
    const { json } = await connection.ask(identity.path, {})
    const value = json.whole.value()
    const id = idText(valueAt(value, identity.account))
    if (id === null || !/^[\w.@-]{1,250}$/.test(id)) throw connection.unusable('does not name the account')
    const opened = identity.began && timeOf(identity.began.read, kit)(valueAt(value, identity.began.at))
    return { account: kit.inMode(id, mode), since: opened ? Math.floor(opened.getTime() / 1_000) : began }
  } catch (error) {
    if (failure(error, connection, { manifest, kit }).code !== 'permission_denied') throw error
    return { account: null, since: began }
  }
}
