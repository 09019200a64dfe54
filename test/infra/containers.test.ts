import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { commands } from '../../src/cli/commands.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readAddress } from '../../src/queue/postgres/address.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import { schemaFields } from '../config/settings.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'

/* What can be known of the Dockerfile and the examples without an engine. `.ci/containers` knows more. */

const folder = 'examples/kubernetes'
const read = (path: string) => readFileSync(path, 'utf8')
const documentsOf = (path: string): unknown[] =>
  parseAllDocuments(read(path), { merge: true }).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
const manifests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => join(folder, path))
const settings = new Set(schemaFields.map(({ section, name }) => `${section}__${name}`))

/** Every value of an object, however deep, with the key that it is under. */
function* entriesOf(value: unknown): Generator<readonly [string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield [key, inner]
    yield* entriesOf(inner)
  }
}

const withPod = z.object({
  kind: z.enum(['Deployment', 'Job']),
  spec: z.object({ template: z.object({ spec: z.looseObject({ containers: z.array(z.looseObject({})) }) }) }),
})
const pods = manifests.flatMap((path) =>
  documentsOf(path).flatMap((document) => {
    const { data } = withPod.safeParse(document)
    return data ? [{ path, spec: data.spec.template.spec }] : []
  }),
)

test('every setting that an example names is one', () => {
  const texts = [...manifests, 'examples/compose.yaml', 'Dockerfile'].map(read)
  const named = texts.flatMap((text) => [...text.matchAll(/\b[A-Z][A-Za-z]+__[A-Z][A-Za-z]+\b/g)].map(([name]) => name))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !settings.has(name))).toEqual([])
})

test('every secret and key that a manifest refers to is in secrets.yaml', () => {
  const secret = z.object({ metadata: z.object({ name: z.string() }), stringData: z.record(z.string(), z.string()) })
  const keys = new Map(
    documentsOf(join(folder, 'secrets.yaml')).map((document) => {
      const { metadata, stringData } = secret.parse(document)
      return [metadata.name, Object.keys(stringData)]
    }),
  )
  const reference = z.object({ name: z.string(), key: z.string().optional() })
  const references = manifests
    .filter((path) => !path.endsWith('secrets.yaml'))
    .flatMap(documentsOf)
    .flatMap((document) => [...entriesOf(document)])
    .flatMap(([key, value]) => {
      if (key === 'secretTargetRef') return z.array(reference).parse(value)
      return key === 'secretRef' || key === 'secretKeyRef' ? [reference.parse(value)] : []
    })
  expect(references.length).toBeGreaterThan(8)
  expect(
    references.filter(({ name, key }) => !keys.has(name) || (key !== undefined && !keys.get(name)?.includes(key))),
  ).toEqual([])
})

test('every pod is locked as far as Kubernetes can lock it', () => {
  expect(pods.map(({ path }) => path).toSorted()).toEqual(
    ['migrate', 'page', 'worker'].map((name) => join(folder, `${name}.yaml`)),
  )
  for (const { spec } of pods)
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          resources: { limits: { memory: expect.any(String) } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    })
})

test('the port of the image is the port of the probes', () => {
  expect(read('Dockerfile')).toContain('Worker__Listen=0.0.0.0:8080')
  expect(read('Dockerfile')).toMatch(/^EXPOSE 8080$/m)
  expect(pods.find(({ path }) => path.endsWith('worker.yaml'))?.spec.containers[0]).toMatchObject({
    ports: [{ name: 'http', containerPort: 8080 }],
    livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
  })
})

test('both bases of the Dockerfile are arguments, each pinned by a digest', () => {
  const bases = [...read('Dockerfile').matchAll(/^ARG (BASE|BUILD_BASE)=(\S+)$/gm)]
  expect(bases.map(([, name]) => name)).toEqual(['BUILD_BASE', 'BASE'])
  for (const [, , image] of bases) expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/)
  expect([...read('Dockerfile').matchAll(/^FROM .*$/gm)].map(([line]) => line)).toEqual([
    `FROM --platform=$BUILDPLATFORM \${BUILD_BASE} AS build`,
    `FROM \${BASE} AS sandbox`,
    `FROM \${BASE} AS worker`,
  ])
})

describe('examples/compose.yaml', () => {
  const service = z.looseObject({
    command: z.array(z.string()).optional(),
    image: z.string(),
    profiles: z.array(z.string()).optional(),
    network_mode: z.string().optional(),
    read_only: z.boolean().optional(),
  })
  const { services } = z
    .object({ services: z.record(z.string(), service) })
    .parse(documentsOf('examples/compose.yaml')[0])
  const ours = Object.entries(services).filter(([, { image }]) => image.includes('billing-sync'))

  test('each command is one of the program', () => {
    const called = ours.flatMap(([, { command = [] }]) => {
      const [file, ...words] = command
      return file === 'billing-sync.cjs' ? [words.slice(0, words[0] === 'jobs' ? 2 : 1).join(' ')] : []
    })
    expect(called).toEqual(['migrate', 'page', 'enqueue', 'jobs watch'])
    expect(called.filter((name) => !(name in commands))).toEqual([])
  })

  test('each worker has a sandbox in its network, and each service of ours is read-only', () => {
    const workers = Object.keys(services).filter((name) => name.startsWith('worker-'))
    expect(workers).toHaveLength(2)
    const beside = Object.values(services).flatMap(({ network_mode: mode }) => (mode ? [mode] : []))
    expect(beside.toSorted()).toEqual(workers.map((name) => `service:${name}`))
    expect(ours.filter(([, { read_only: locked }]) => locked !== true)).toEqual([])
  })

  test('each environment of a broker names a profile and addresses of a service in it', () => {
    for (const name of readdirSync('examples/brokers')) {
      const lines = new Map(
        read(join('examples/brokers', name))
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      )
      const profile = lines.get('COMPOSE_PROFILES') ?? ''
      const inProfile = Object.entries(services).filter(([, { profiles = [] }]) => profiles.includes(profile))
      const url = lines.get('QUEUE_URL') ?? ''
      expect(inProfile.filter(([service]) => new RegExp(`[/@]${service}[:;/]`).test(url))).toHaveLength(1)
      expect([...lines.keys()].filter((key) => !read('examples/compose.yaml').includes(`\${${key}`))).toEqual([
        'COMPOSE_PROFILES',
      ])
    }
  })
})

test('there is a ScaledObject for each transport', () => {
  expect(readdirSync(join(folder, 'keda')).toSorted()).toEqual([
    'postgres.yaml',
    'rabbitmq.yaml',
    'redis.yaml',
    'service-bus.yaml',
    'sqs.yaml',
  ])
})

test('the query of KEDA counts what waits and what a worker has, and no message that is delayed', async () => {
  const scaled = z.object({
    spec: z.object({ triggers: z.tuple([z.object({ metadata: z.object({ query: z.string() }) })]) }),
  })
  const query = scaled.parse(documentsOf(join(folder, 'keda/postgres.yaml'))[0]).spec.triggers[0].metadata.query
  const { url, query: asOwner } = await openTestDatabase()
  await migrateQueue(readAddress('postgres:', parseConnectionString(`${url}?sslmode=disable`)))
  const client = new pg.Client({ connectionString: asWorker(url) })
  await client.connect()
  onTestFinished(() => client.end())
  const count = async () => (await client.query<{ count: string }>(query)).rows
  expect(await count()).toEqual([{ count: '0' }])
  const send = (delay: number, queue = 'billing-sync') =>
    asOwner(`select billing_sync.enqueue('{}', $1, 'a', $2)`, [delay, queue])
  await send(0)
  await send(0)
  await send(0)
  await send(600)
  await send(0, 'another')
  expect(await count()).toEqual([{ count: '3' }])
  await asOwner(`select billing_sync.receive('billing-sync', 1, 60)`)
  expect(await count()).toEqual([{ count: '3' }])
  await asOwner(
    `update billing_sync.messages set visible_at = now() - interval '1 s' where turn is null and holder is null`,
  )
  expect(await count()).toEqual([{ count: '4' }])
})
