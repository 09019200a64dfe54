import { type Collection, createCollection } from './collection.ts'
import { createDataset, type DatasetOptions, type GeneratedDataset } from './dataset.ts'
import { type ByResource, byResource } from './names.ts'
import { resources } from './resources/index.ts'

export interface PopulatedShop {
  readonly data: GeneratedDataset
  readonly collections: ByResource<Collection>
}

/** Generates one shop. `now` is the provider's clock, in unix seconds. */
export function populate(options: DatasetOptions, now: () => number): PopulatedShop {
  const data = createDataset(options)
  const collections: ByResource<Collection> = byResource((name) =>
    createCollection(resources[name], {
      name,
      data,
      now,
      shown: (object) => resources[name].view?.(object, collections) ?? object,
    }),
  )
  return { data, collections }
}
