/*
 * For the authors of custom providers: the tests that every provider must pass, and the kit that the worker hands a module.
 * Both are in one file, because the tests compare with the classes of the kit.
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
