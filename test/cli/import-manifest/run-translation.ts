import { onTestFinished } from 'vitest'
import { translateFile } from '../../../src/cli/import-manifest.ts'
import { openCustomWorker } from '../../integration/custom-setup.ts'
import { temporaryFile } from '../../providers/custom/example-manifest.ts'
import { openManifestServer } from './manifest-server.ts'

/** Translates a file, runs a full and an incremental job on a server with the manifest's lists, and counts the rows. */
export async function runTranslation(file: string, name: string) {
  const { manifest, streams } = translateFile(file, name)
  const server = await openManifestServer(manifest)
  onTestFinished(server.close)
  const auth = manifest.auth as Readonly<Record<string, unknown>>
  const text = JSON.stringify({
    ...manifest,
    baseUrl: `${server.url}${server.base}`,
    ...(auth.type === 'clientCredentials' && { auth: { ...auth, url: `${server.url}/token` } }),
    identity: { account: '{accessToken.account}' },
    limits: { requestsPerSecond: 1_000 },
  })
  const fields = [...text.matchAll(/\{accessToken\.(\w+)\}/g)].map(([, field = '']) => [field, `value_of_${field}`])
  const worker = await openCustomWorker({
    provider: name,
    accessToken: JSON.stringify(Object.fromEntries(fields)),
    account: 'value_of_account',
    settings: { Providers__Manifests: temporaryFile(`${name}.json`, text) },
    now: server.now,
  })
  const jobs = [await worker.send(), await worker.send({ sync_type: 'incremental' })]
  const rows = await worker.query<{ resource: string; count: number }>(
    'select resource, count(*)::int as count from provider_objects where provider = $1 and deleted_at is null group by 1',
    [name],
  )
  return {
    streams,
    jobs,
    lists: server.lists.map((list) => list.name),
    rows: Object.fromEntries(rows.map(({ resource, count }) => [resource, count])),
  }
}
