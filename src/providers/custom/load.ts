import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Provider } from '../../provider/contract.ts'
import type { Kit } from './kit.ts'
import { manifestProvider } from './manifest/provider.ts'
import { ManifestError, readManifest } from './manifest/read-manifest.ts'

/* Loaded on demand: a worker without custom providers holds none of it. It imports types alone from the rest of the worker. */

export interface CustomSettings {
  /** Paths of files. */
  readonly manifests: readonly string[]
  readonly modules: readonly string[]
}

/** The custom providers of a configuration. @throws SyncError `invalid_custom_provider` */
export async function loadCustom({ manifests, modules }: CustomSettings, kit: Kit): Promise<readonly Provider[]> {
  const described = manifests.map((path) => readProvider(path, kit))
  const written = await Promise.all(modules.map((path) => importProvider(path, kit)))
  return [...described, ...written]
}

const refused = (message: string, kit: Kit, cause?: unknown) =>
  new kit.SyncError('reject', 'invalid_custom_provider', message, { cause })

function readProvider(path: string, kit: Kit): Provider {
  const file = existing(resolve(path), join(import.meta.dirname, 'manifests', basename(path)))
  if (file === undefined)
    throw refused(
      `manifest ${path}: there is no such file. Check Providers.Manifests; a relative path begins at the directory that the worker starts in.`,
      kit,
    )
  try {
    return manifestProvider(readManifest(readFileSync(file, 'utf8'), path, kit), kit)
  } catch (error) {
    throw error instanceof ManifestError ? refused(error.message, kit) : error
  }
}

/** `npm run build` puts a copy of each manifest and a bundle of each module beside the worker's. */
const existing = (...files: readonly string[]) => files.find((file) => existsSync(file))

async function importProvider(path: string, kit: Kit): Promise<Provider> {
  const bundle = `${basename(path).replace(/\.\w+$/, '')}.cjs`
  const file = existing(join(import.meta.dirname, 'modules', bundle), resolve(path))
  if (file === undefined)
    throw refused(`module ${path}: there is no such file. Check Providers.Modules, and run npm run build with it.`, kit)
  const create = defaultOf(await loadModule(file, path, kit))
  if (typeof create !== 'function')
    throw refused(`module ${path}: it has no default export that is a function. Export (kit) => provider.`, kit)
  const provider: unknown = await create(kit)
  if (isProvider(provider)) return provider
  throw refused(
    `module ${path}: its function returns no provider. Return what kit.defineProvider({ name, resources, … }) returns.`,
    kit,
  )
}

async function loadModule(file: string, path: string, kit: Kit): Promise<unknown> {
  try {
    // A bundle in CommonJS requires a path. The loader of TypeScript takes addresses.
    return /\.[cm]?ts$/.test(file) ? await import(pathToFileURL(file).href) : await import(file)
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}` : 'it threw'
    throw refused(
      `module ${path}: it cannot be loaded (${why}). Run npm run build, and look at the cause in the log.`,
      kit,
      cause,
    )
  }
}

/** The default export, also of a CommonJS file that was made of a module. */
function defaultOf(module: unknown): unknown {
  const exported = fieldOf(module, 'default')
  return typeof exported === 'function' ? exported : fieldOf(exported, 'default')
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function isProvider(value: unknown): value is Provider {
  return (
    typeof fieldOf(value, 'name') === 'string' &&
    Array.isArray(fieldOf(value, 'resources')) &&
    typeof fieldOf(value, 'connect') === 'function'
  )
}
