import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle, type Plugin } from 'esbuild'
import { bundleDeployed, worker } from './build.ts'
import { billOfMaterials } from './sbom.ts'

/** Commands that start servers of their own, or read what only a checkout has. */
const onlyInCheckout = ['start', 'verify', 'import-manifest']
const notConfigured =
  'config: ConnectionStrings.DefaultConnection is not set. Put it into the environment variable ConnectionStrings__DefaultConnection.'

/**
 * Writes what the images hold: `app` has the worker, the program `billing-sync` and the migrations, `sandbox` the sandbox of
 * examples/compose.yaml. The Dockerfile copies both. Nothing in them depends on the processor.
 */
export async function buildImage(outdir = 'dist/image', root = process.cwd()): Promise<void> {
  const out = resolve(root, outdir)
  const app = join(out, 'app')
  await rm(out, { recursive: true, force: true })
  const deployed = await bundleDeployed(app, root)
  await removeHandler(app)
  const [program] = await Promise.all([
    bundle({
      ...worker,
      absWorkingDir: root,
      entryPoints: { 'billing-sync': 'src/cli/billing-sync.ts' },
      outdir: app,
      sourcemap: false,
      plugins: [withoutCheckout(root)],
    }),
    bundle({
      ...worker,
      absWorkingDir: root,
      entryPoints: { sandbox: 'examples/sandbox.ts' },
      outdir: join(out, 'sandbox'),
      sourcemap: false,
      format: 'esm',
      outExtension: { '.js': '.mjs' },
    }),
    copyMigrations(join(root, 'drizzle'), join(app, 'drizzle')),
    copyFile(join(root, 'src/queue/postgres/queue.sql'), join(app, 'queue.sql')),
  ])
  const held = [...deployed, program].map(({ metafile }) => metafile)
  await writeFile(join(app, 'sbom.cdx.json'), await billOfMaterials(root, held))
}

async function removeHandler(app: string): Promise<void> {
  for (const name of ['handler.cjs', 'handler.cjs.map']) await rm(join(app, name))
}

/** Without the snapshots, which only drizzle-kit reads. */
async function copyMigrations(from: string, to: string): Promise<void> {
  await mkdir(join(to, 'meta'), { recursive: true })
  for (const name of await readdir(from)) if (name.endsWith('.sql')) await copyFile(join(from, name), join(to, name))
  await copyFile(join(from, 'meta/_journal.json'), join(to, 'meta/_journal.json'))
}

/** Replaces what starts servers on this machine. */
function withoutCheckout(root: string): Plugin {
  const commands = new Set(onlyInCheckout.map((name) => resolve(root, 'src/cli', `${name}.ts`)))
  const database = `
    export async function openLocalDatabase() { throw new Error(${JSON.stringify(notConfigured)}) }
    export const stopLocalDatabase = async () => false`
  return {
    name: 'without-checkout',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
        commands.has(resolve(resolveDir, path)) ? { path: resolve(root, 'src/cli/only-in-checkout.ts') } : undefined,
      )
      onLoad({ filter: /[\\/]src[\\/]local[\\/]database\.ts$/ }, () => ({ contents: database, loader: 'ts' }))
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildImage()
