import { pointerTo } from './pointer.ts'

/** A mistake in a manifest, and where it is. */
export interface Problem {
  readonly pointer: string
  readonly sentence: string
}

export type Path = readonly PropertyKey[]

export const problem = (path: Path, sentence: string): Problem => ({ pointer: pointerTo(path), sentence })
