import { build, bundleDeployed } from '../../scripts/build.ts'
import { makeOnce } from '../support/make-once.ts'

/** The folder of the bundle that is deployed. All tests of the run share it. */
export const buildBundle = (): Promise<string> => makeOnce('bundle', (folder) => bundleDeployed(folder))

/** The folder with all that `npm run build` makes. All tests of the run share it. */
export const buildAll = (): Promise<string> => makeOnce('build', (folder) => build(folder))
