import type { Kit } from '../kit.ts'
import type { Manifest } from './schema.ts'

/** What the parts of a provider that a manifest describes have in common. */
export interface ManifestContext {
  readonly manifest: Manifest
  readonly kit: Kit
  /** The second before which no account has data. */
  readonly began: number
}

/** A path with an object's id in it. */
export const withId = (path: string, id: string): string => path.replaceAll('{id}', encodeURIComponent(id))
