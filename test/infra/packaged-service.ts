import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, onTestFinished } from 'vitest'
import { buildAll } from '../lambda/bundle.ts'
import { makeOnce } from '../support/make-once.ts'
import type { Resource, Template } from './cloudformation.ts'

/** The topic that alarms go to. A package of stage `prod` must name one. */
export const topic = 'arn:aws:sns:eu-central-1:123456789012:on-call'

/** A value in the environment of the machine that packages. It must not reach the package. */
const canary = 'Host=canary-5d2f;Password=canary-9c1e'

/**
 * Packages the service once for the run, in a copy of its own, and hands out what CloudFormation would get. `params`: those
 * of the command line, as `eventSources=receiver`.
 */
export function usePackagedService(params: readonly string[] = []) {
  let service: string
  let template: Template
  let text: string
  beforeAll(async () => {
    service = await makeOnce(`service-${params.join().replaceAll(/\W+/g, '-')}`, (folder) =>
      packageInto(folder, params),
    )
    text = await readFile(join(service, 'packaged/cloudformation-template-update-stack.json'), 'utf8')
    template = JSON.parse(text)
  })
  return {
    /** A bundle that the build made: `handler`. */
    bundle: (name: string) => readFile(join(service, `dist/${name}.cjs`), 'utf8'),
    template: () => template,
    /** The template as it was written. */
    text: () => text,
    zip: () => readFile(join(service, 'packaged/billing-sync.zip')),
    resource(id: string): Resource & { readonly Properties: Readonly<Record<string, unknown>> } {
      const { Properties = {}, ...rest } = template.Resources[id] ?? { Type: `no resource ${id}` }
      return { ...rest, Properties }
    },
  }
}

async function packageInto(service: string, params: readonly string[]): Promise<void> {
  await cp('serverless.yml', join(service, 'serverless.yml'))
  await cp('infra', join(service, 'infra'), { recursive: true })
  await cp(await buildAll(), join(service, 'dist'), { recursive: true })
  await mkdir(join(service, 'dist/certificates'))
  await writeFile(join(service, 'dist/certificates/rds.pem'), 'a certificate')
  await placeWhatMustStayOut(service)
  const given = [`alarmTopics=${topic}`, ...params].flatMap((param) => ['--param', param])
  await osls(service, 'package', '--stage', 'prod', ...given, '--package', join(service, 'packaged'))
}

/**
 * Packages the stage prod without a build, for tests of the template alone. `params`: those of the command line. Returns the
 * path of the template. @throws Error with what osls says
 */
export async function packageTemplate(...params: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'template-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp('serverless.yml', join(folder, 'serverless.yml'))
  await cp('infra', join(folder, 'infra'), { recursive: true })
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'dist/handler.cjs'), '')
  const given = [`alarmTopics=${topic}`, ...params].flatMap((param) => ['--param', param])
  const into = join(folder, 'packaged')
  await osls(folder, 'package', '--stage', 'prod', ...given, '--package', into).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(error.stdout + error.stderr)
    },
  )
  return join(into, 'cloudformation-template-update-stack.json')
}

async function placeWhatMustStayOut(directory: string): Promise<void> {
  await mkdir(join(directory, 'node_modules/some-package'), { recursive: true })
  await mkdir(join(directory, 'src'))
  for (const path of [
    'appsettings.json',
    '.env',
    'src/handler.ts',
    'node_modules/some-package/index.js',
    'dist/old.cjs',
  ])
    await writeFile(join(directory, path), canary)
}

/** Runs osls without credentials, a home or a region, as on a machine that has never seen AWS. */
export async function osls(service: string, ...command: string[]): Promise<void> {
  const bin = join(createRequire(import.meta.url).resolve('osls/package.json'), '../bin/serverless.js')
  const env = {
    PATH: process.env.PATH,
    HOME: service,
    ConnectionStrings__DefaultConnection: canary,
    Stripe__ApiKey: canary,
  }
  await promisify(execFile)(process.execPath, [bin, ...command], { cwd: service, env })
}
