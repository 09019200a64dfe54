/*
 * For the authors of custom providers: the tests that every provider must pass, the kit that the worker hands a module, and the
 * provider of a manifest.
 * All are in one file, because the tests compare with the classes of the kit.
 */
export { kit } from '../../src/providers/custom/kit.ts'
export {
  type Exercise,
  exerciseProvider,
  type FailureKind,
  type ListFacts,
  type Never,
  type ProviderFixture,
  type Undo,
} from './exercise-provider.ts'
export { manifestProvider } from './manifest-provider.ts'
