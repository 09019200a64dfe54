import { atPaths, type Owner } from '../../../provider/owner.ts'

/** The owner of all objects of Shopify in `provider_objects`, because they share a table. A path that an object lacks is ignored. */
export const owner: Owner<never> = { about: atPaths('subscriptionContract.id') }
