import { relative, resolve } from 'node:path'
import type { Plugin } from 'esbuild'

/* How the files that an entry loads on demand are left out of it, and share its modules. */

/** Leaves the files that are loaded on demand out of the bundle that imports them dynamically. */
export function loadedOnDemand(root: string, files: Readonly<Record<string, string>>): Plugin {
  const names = new Map(Object.entries(files).map(([name, path]) => [resolve(root, path), name]))
  return {
    name: 'loaded-on-demand',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const name = names.get(resolve(resolveDir, path))
        return name && kind === 'dynamic-import' ? { path: `./${name}.cjs`, external: true } : undefined
      })
    },
  }
}

/** Where a bundle finds the modules of its entry: a class must be the same in both, or `instanceof` would say no. */
const sharedModules = `globalThis[Symbol.for('billing-sync-worker modules')]`

/** Replaces what a bundle imports from outside its rooms by the module that the entry has, and notes its path. */
export function takesShared(root: string, rooms: readonly string[], shared: Set<string>): Plugin {
  const isInside = (path: string) => rooms.some((room) => relative(root, path).startsWith(room))
  return {
    name: 'takes-shared',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path)
        if (isInside(file) || resolveDir === root || resolveDir.includes('/node_modules/')) return undefined
        return { path: relative(root, file), namespace: 'shared' }
      })
      onLoad({ filter: /./, namespace: 'shared' }, ({ path }) => {
        shared.add(path)
        return { contents: `module.exports = ${sharedModules}[${JSON.stringify(path)}]` }
      })
    },
  }
}

/** Puts the modules that others take before the entry itself. */
export function givesShared(root: string, entry: string, shared: ReadonlySet<string>): Plugin {
  return {
    name: 'gives-shared',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.ts$/ }, ({ kind }) =>
        kind === 'entry-point' ? { path: entry, namespace: 'entry' } : undefined,
      )
      onLoad({ filter: /./, namespace: 'entry' }, () => {
        const paths = [...shared].toSorted()
        const imports = paths.map((path, at) => `import * as m${at} from './${path}'`)
        const modules = paths.map((path, at) => `${JSON.stringify(path)}: m${at}`)
        const contents = [...imports, `${sharedModules} = { ${modules.join(', ')} }`, `export * from './${entry}'`]
        return { contents: contents.join('\n'), resolveDir: root, loader: 'ts' }
      })
    },
  }
}
