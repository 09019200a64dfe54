import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, type BuildResult, build as bundle } from 'esbuild'
import { loadConfig } from '../src/config/load.ts'
import type { CustomSettings } from '../src/providers/custom/index.ts'
import { givesShared, loadedOnDemand, takesShared } from './build/modules.ts'
import { withoutDescriptions, withoutJsonSchemas, withoutNativeClient, withoutTypedMethods } from './build/omitted.ts'
import { billOfMaterials } from './sbom.ts'

/** Where a process begins: Lambda calls the handler, the events, the receiver for each webhook and the tick each minute. A container runs by itself. */
const entries = {
  handler: 'src/handler.ts',
  tick: 'src/tick.ts',
  events: 'src/events.ts',
  receiver: 'src/receiver.ts',
  container: 'src/container.ts',
}

/**
 * What an entry loads only when it needs it, each a file of its own beside it: `await import()` of the source becomes
 * `require('./<name>.cjs')`. The SQS client costs 100 ms to load and is only wanted when a message is sent or extended, the
 * clients of Secrets Manager and Parameter Store when a token is a reference, the reader of manifests when there are any, the interface
 * of OpenTelemetry when the process has its SDK.
 */
const onDemand: Readonly<Record<string, string>> = {
  sqs: 'src/queue/sqs.ts',
  'aws-secrets': 'src/secrets/aws.ts',
  'custom-providers': 'src/providers/custom/load.ts',
  spans: 'src/telemetry/spans.ts',
}

/** The providers that an entry loads only for their own jobs. What they share with the worker they take from the entry. */
const providers: Readonly<Record<string, string>> = {
  square: 'src/providers/square/index.ts',
  shopify: 'src/providers/shopify/index.ts',
  paypal: 'src/providers/paypal/index.ts',
}

/** What a dry run alone loads, and what some forced jobs alone load. What they share with the worker they take from the entry. */
const fewJobs: Readonly<Record<string, string>> = {
  'dry-run': 'src/job/dry-run.ts',
  'remove-unshown': 'src/job/commit/remove-unshown.ts',
}

/** What is loaded after a change of subscriptions, by jobs and by live events. */
const revenue: Readonly<Record<string, string>> = { revenue: 'src/revenue/history.ts' }

/** The transports, of which a container loads the one of its queue. They too take from the container what they share with it. */
const transports: Readonly<Record<string, string>> = {
  'sqs-intake': 'src/queue/sqs-intake.ts',
  postgres: 'src/queue/postgres.ts',
  rabbitmq: 'src/queue/rabbitmq.ts',
  'redis-streams': 'src/queue/redis-streams.ts',
  'service-bus': 'src/queue/service-bus.ts',
}
/** What the paths of the own files of transports begin with. */
const ofTransports = ['sqs', 'postgres', 'rabbitmq', 'redis-streams', 'service-bus']
  .map((name) => `src/queue/${name}`)
  .concat('src/http/aws-client.ts')

/** All that entries load on demand. */
const besideEntries = { ...onDemand, ...providers, ...transports, ...fewJobs, ...revenue }

/** What other programs import: everything, the tables alone, and the tests of a custom provider. */
const exported = { index: 'src/index.ts', schema: 'src/db/schema.ts', testing: 'test/contracts/testing.ts' }
/** The same with the types that the author of a custom provider imports. */
const declared = { ...exported, kit: 'src/kit.ts' }

/** Rooms that no bundle of the worker may hold: they start commands, databases, queues and sandboxes. */
const localOnly = ['src/cli/', 'src/local/', 'src/sandbox/']

export interface BuiltFile {
  readonly name: string
  readonly bytes: number
  readonly gzip: number
}

/**
 * Builds the worker of `root` into `outdir`: what is deployed, what other programs import, its declarations in the tree of the
 * source, and `sbom.cdx.json`, which says what packages are in what is deployed.
 * @throws Error when a bundle holds what it must not.
 */
export async function build(
  outdir = 'dist',
  root = process.cwd(),
  custom: CustomSettings = configuredCustom(root),
): Promise<BuiltFile[]> {
  const out = resolve(root, outdir)
  const [deployed, typed] = await allEnded([
    bundleDeployed(outdir, root, custom),
    bundle({ absWorkingDir: root, outdir: out, ...library, entryPoints: exported }),
    declare(Object.values(declared), root, out),
  ])
  const bill = join(out, 'sbom.cdx.json')
  await writeFile(
    bill,
    await billOfMaterials(
      root,
      deployed.map(({ metafile }) => metafile),
    ),
  )
  const outputs = [...deployed, typed].flatMap(({ metafile }) => Object.keys(metafile.outputs))
  const types = Object.values(declared).map((path) => join(out, path.replace(/\.ts$/, '.d.ts')))
  return Promise.all([...outputs.map((path) => resolve(root, path)), ...types, bill].map(measure))
}

/**
 * The part of the build that is deployed: `handler.cjs`, `tick.cjs`, `events.cjs`, `receiver.cjs`, `container.cjs` and the files that they load on
 * demand. It copies the files of the page, `certificates/*.pem` and the manifests of custom providers, and bundles their
 * modules, a file each. CommonJS with the ending `.cjs`, because that is what Lambda and osls both load.
 * @throws Error when a bundle holds what it must not.
 */
export async function bundleDeployed(
  outdir: string,
  root = process.cwd(),
  custom: CustomSettings = configuredCustom(root),
): Promise<readonly Built[]> {
  const out = resolve(root, outdir)
  const into = { absWorkingDir: root, outdir: out }
  const isPresent = ([, path]: [string, string]) => existsSync(resolve(root, path))
  const present = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(files).filter(isPresent))
  const takeShared = async (files: Readonly<Record<string, string>>, rooms: readonly string[]) => {
    const shared = new Set<string>()
    const plugins = [takesShared(root, rooms, shared)]
    return { shared, ...(await bundle({ ...into, ...worker, entryPoints: present(files), plugins })) }
  }
  // An entry cannot be bundled without those that it gives its modules to.
  const ofProviders = await takeShared(
    providers,
    Object.values(providers).map((path) => `${dirname(path)}/`),
  )
  const ofQueues = await takeShared(transports, ofTransports)
  const ofFewJobs = await takeShared(fewJobs, [
    ...Object.values(fewJobs),
    'src/db/unshown-rows.ts',
    'src/job/stored-lists.ts',
    'src/sync/estimate/',
    'src/job/state/reach.ts',
  ])
  const ofRevenue = await takeShared(revenue, ['src/revenue/'])
  const ofJobs = [...ofFewJobs.shared, ...ofRevenue.shared]
  const enter = (path: string, shared: ReadonlySet<string>) =>
    bundle({
      ...into,
      ...worker,
      entryPoints: { [basename(path, '.ts')]: path },
      plugins: [
        loadedOnDemand(root, besideEntries),
        givesShared(root, path, shared),
        withoutTypedMethods,
        withoutNativeClient,
        withoutDescriptions,
        withoutJsonSchemas,
      ],
    })
  const [handler, tick, events, receiver, container, besides, modules] = await allEnded([
    enter(entries.handler, new Set([...ofProviders.shared, ...ofJobs])),
    enter(entries.tick, new Set()),
    enter(entries.events, new Set([...ofProviders.shared, ...ofRevenue.shared])),
    enter(entries.receiver, new Set()),
    enter(entries.container, new Set([...ofProviders.shared, ...ofQueues.shared, ...ofJobs])),
    bundle({ ...into, ...worker, entryPoints: onDemand }),
    bundleModules(custom.modules, into),
  ])
  for (const others of [besides, ofProviders, ofQueues, ofFewJobs, ofRevenue]) {
    check('handler.cjs', handler, others)
    check('tick.cjs', tick, others)
    check('events.cjs', events, others)
    check('receiver.cjs', receiver, others)
    check('container.cjs', container, others)
  }
  await copyCertificates(root, out)
  await copyPage(root, out)
  await copyManifests(custom.manifests, root, out)
  return [handler, tick, events, receiver, container, besides, ofProviders, ofQueues, ofFewJobs, ofRevenue, modules]
}

/** As Promise.all, but nothing is being written any more when it fails. */
async function allEnded<const Ended extends readonly Promise<unknown>[]>(work: Ended) {
  await Promise.allSettled(work)
  return await Promise.all(work)
}

/** Certificates of authorities, such as the RDS bundle: `Root Certificate=certificates/NAME.pem` finds them beside the bundle. */
async function copyCertificates(root: string, out: string): Promise<void> {
  const from = join(root, 'certificates')
  const names = await readdir(from).catch(() => [])
  if (names.length > 0) await mkdir(join(out, 'certificates'), { recursive: true })
  for (const name of names.filter((name) => name.endsWith('.pem')))
    await copyFile(join(from, name), join(out, 'certificates', name))
}

/** What browsers load of the page, which the container finds beside its bundle. */
async function copyPage(root: string, out: string): Promise<void> {
  const from = join(root, 'src/page')
  const names = await readdir(from).catch(() => [])
  for (const name of names.filter((name) => /\.(?:js|css|svg)$/.test(name)))
    await copyFile(join(from, name), join(out, name))
}

function configuredCustom(root: string): CustomSettings {
  const { Manifests: manifests, Modules: modules } = loadConfig(join(root, 'appsettings.json')).Providers
  return { manifests, modules }
}

/** The worker finds a manifest beside its bundle where the path of the setting leads to no file. */
async function copyManifests(paths: readonly string[], root: string, out: string): Promise<void> {
  uniqueNames(paths, basename)
  if (paths.length > 0) await mkdir(join(out, 'manifests'), { recursive: true })
  for (const path of paths) await copyFile(resolve(root, path), join(out, 'manifests', basename(path)))
}

const moduleName = (path: string) => basename(path).replace(/\.\w+$/, '')

/** A module holds nothing of the worker, which hands it a kit: the classes of one are not the classes of the other. */
async function bundleModules(paths: readonly string[], into: BuildOptions): Promise<Built> {
  uniqueNames(paths, moduleName)
  const entries = paths.map((path) => ({
    in: resolve(into.absWorkingDir ?? '', path),
    out: `modules/${moduleName(path)}`,
  }))
  const built = await bundle({ ...into, ...worker, entryPoints: entries })
  const held = Object.keys(built.metafile.inputs).filter((path) => path.startsWith('src/'))
  if (held.length > 0)
    throw new Error(
      `build: a module holds ${held.join(', ')}: import types of the worker only, and take values from the kit`,
    )
  return built
}

function uniqueNames(paths: readonly string[], nameOf: (path: string) => string): void {
  const names = paths.map((path) => nameOf(path))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new Error(`build: two custom providers have files of the name ${twice}. Rename one.`)
}

const common = { bundle: true, platform: 'node', target: 'node20', metafile: true } as const

/** How a file of the worker is bundled for Node. */
export const worker = {
  ...common,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // Linked, not external: `--enable-source-maps` finds the map by the comment at the end of the bundle.
  sourcemap: 'linked',
  sourcesContent: false,
  minify: true,
  external: ['pg-native'],
  // What a module of its own would call the directory it is in, a bundle in CommonJS calls so.
  define: { 'import.meta.dirname': '__dirname' },
  supported: { 'dynamic-import': false },
} satisfies BuildOptions

const library = {
  ...common,
  format: 'esm',
  external: ['drizzle-orm', 'drizzle-orm/*', 'zod', 'vitest'],
} satisfies BuildOptions

type Built = BuildResult<{ metafile: true }>

function check(name: string, built: Built, besides: Built): void {
  const warning = [...built.warnings, ...besides.warnings][0]
  if (warning) throw new Error(`build: esbuild warns: ${warning.text}`)
  const held = Object.keys(built.metafile.inputs)
  const refuse = (paths: readonly string[], why: string) => {
    if (paths.length > 0) throw new Error(`build: ${name} holds ${paths.join(', ')}: ${why}`)
  }
  refuse(
    held.filter((path) => localOnly.some((room) => path.startsWith(room))),
    'what only this machine uses stays out of what is deployed',
  )
  refuse(
    held.filter((path) => Object.values(besideEntries).includes(path)),
    'load it with `await import()`, and import only its types',
  )
  refuse(
    held.filter((path) => path.startsWith('src/') && path in besides.metafile.inputs),
    'a file loaded on demand holds it too, and the classes of one are not the classes of the other',
  )
}

const run = promisify(execFile)

/**
 * The declarations of files and of those that they import, in one tree: a class that is declared twice is two types to the
 * author of a provider. The compiler of TypeScript 7 has no API, only a command.
 */
async function declare(paths: readonly string[], root: string, out: string): Promise<void> {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc')
  const options =
    '--ignoreConfig --declaration --emitDeclarationOnly --strict --exactOptionalPropertyTypes --skipLibCheck --types node ' +
    '--target es2023 --lib es2023,es2024.string --module nodenext --rewriteRelativeImportExtensions'
  const files = paths.map((path) => resolve(root, path))
  await run(process.execPath, [tsc, ...files, ...options.split(' '), '--rootDir', root, '--outDir', out])
}

async function measure(path: string): Promise<BuiltFile> {
  const content = await readFile(path)
  return { name: basename(path), bytes: content.length, gzip: gzipSync(content).length }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`.padStart(10)
  for (const { name, bytes, gzip } of await build()) {
    console.log(`${name.padEnd(18)}${kilobytes(bytes)}${kilobytes(gzip)} gzip`)
  }
}
