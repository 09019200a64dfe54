import { randomUUID } from 'node:crypto'
import { queriesIn } from '../../integration/shopify-objects.ts'
import { createCheckedShopify } from '../../specs/checked-sandbox.ts'
import { openFastWorker } from '../chaos/fast-worker.ts'
import { openFaultServer } from '../fault-server.ts'

let read: Promise<ReadonlySet<string>> | undefined

/** The queries of a whole job. They say which fields a copy of a shop has. The first call runs a job of a small shop. */
export function readShopifyQueries(): Promise<ReadonlySet<string>> {
  read ??= readOnce()
  return read
}

async function readOnce(): Promise<ReadonlySet<string>> {
  const { createDatabase } = await openFaultServer()
  const url = await createDatabase(`faults_${randomUUID().slice(0, 8)}`)
  const shop = await createCheckedShopify({ orders: 60, points: 'none' })
  const worker = await openFastWorker({
    ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`,
    Shopify__ApiBase: shop.url,
  })
  try {
    await worker.handle(
      JSON.stringify({
        jobId: randomUUID(),
        tenantId: randomUUID(),
        providerName: 'shopify',
        accessToken: 'sandbox:shpat_sandboxtoken0123456789',
      }),
    )
    return queriesIn(shop.requests)
  } finally {
    await worker.close()
    await shop.close()
  }
}
