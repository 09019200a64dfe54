import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from '../scripts/build.ts'
import { settingsSchema } from '../src/config/schema.ts'
import { problemsOf, type Resource, type Template } from './support/cloudformation.ts'
import { namesInZip } from './support/zip.ts'

/** A value in the environment of whoever packages; it must end up nowhere. */
const canary = 'Host=canary-5d2f;Password=canary-9c1e'

let service: string
let built: string[]
let template: Template
let packaged: string

beforeAll(async () => {
  service = await mkdtemp(join(tmpdir(), 'infra-test-'))
  await cp('serverless.yml', join(service, 'serverless.yml'))
  await cp('infra', join(service, 'infra'), { recursive: true })
  built = (await build(join(service, 'dist'))).map(({ name }) => name)
  await mkdir(join(service, 'dist/certificates'))
  await writeFile(join(service, 'dist/certificates/rds.pem'), 'a certificate')
  await placeWhatMustStayOut(service)
  await osls('package', '--stage', 'prod', '--package', join(service, 'packaged'))
  packaged = await readFile(join(service, 'packaged/cloudformation-template-update-stack.json'), 'utf8')
  template = JSON.parse(packaged)
}, 120_000)

afterAll(() => rm(service, { recursive: true }))

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

/** Without credentials, a home or a region: what works here works on a machine that has never seen AWS. */
async function osls(...command: string[]): Promise<void> {
  const bin = join(createRequire(import.meta.url).resolve('osls/package.json'), '../bin/serverless.js')
  const env = {
    PATH: process.env.PATH,
    HOME: service,
    ConnectionStrings__DefaultConnection: canary,
    Stripe__ApiKey: canary,
  }
  await promisify(execFile)(process.execPath, [bin, ...command], { cwd: service, env })
}

function resource(id: string): Resource & { readonly Properties: Readonly<Record<string, unknown>> } {
  const { Properties = {}, ...rest } = template.Resources[id] ?? { Type: `no resource ${id}` }
  return { ...rest, Properties }
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })

test('the template holds nothing that CloudFormation would refuse', () => {
  expect(problemsOf(template)).toEqual([])
})

test('the checker of templates finds what it is for', () => {
  const queue = { Type: 'AWS::SQS::Queue', Properties: { VisiblityTimeout: 900 } }
  const mapping = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { ScalingConfig: { MaxConcurrency: 2 } } }
  const fn = {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: {}, Role: { 'Fn::GetAtt': ['Role', 'Id'] }, RecursiveLoop: 'Never', Timeout: '900' },
  }
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { a: { Ref: 'Fn' } }, Path: { Ref: 'X' } },
  }

  expect(
    problemsOf({ Resources: { Queue: queue, Mapping: mapping, Fn: fn, Role: role, Odd: { Type: 'AWS::Odd' } } }),
  ).toEqual([
    'Queue: unknown property VisiblityTimeout',
    'Mapping: FunctionName is missing',
    'Mapping.ScalingConfig: unknown property MaxConcurrency',
    'Fn.RecursiveLoop: unknown value Never',
    'Fn.Timeout: expected a number',
    'Fn: Role has no attribute Id',
    'Fn: refers to itself, by way of Role',
    'Role: refers to X, which is not there',
    'Role: refers to itself, by way of Fn',
    'Odd: unknown type AWS::Odd',
  ])
})

describe('the function', () => {
  test('is what the worker was written for', () => {
    expect(resource('SyncLambdaFunction')).toMatchObject({
      Type: 'AWS::Lambda::Function',
      Properties: {
        Handler: 'dist/handler.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: 1024,
        Timeout: 900,
        RecursiveLoop: 'Allow',
        Role: arnOf('SyncRole'),
      },
    })
  })

  test('knows its queues, and reads its secrets from Secrets Manager', () => {
    const secret = (name: string) => `{{resolve:secretsmanager:billing-sync/prod:SecretString:${name}}}`

    expect(resource('SyncLambdaFunction').Properties.Environment).toEqual({
      Variables: {
        NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=2',
        MALLOC_MMAP_THRESHOLD_: '131072',
        Queue__Url: { Ref: 'SyncQueue' },
        Queue__DeadLetterUrl: { Ref: 'SyncDeadLetterQueue' },
        Worker__TimeoutMinutes: '0',
        Secrets__Prefix: 'billing-sync/prod/tenants/{tenantId}/',
        ConnectionStrings__DefaultConnection: secret('ConnectionStrings__DefaultConnection'),
        Stripe__ApiKey: secret('Stripe__ApiKey'),
      },
    })
  })

  test('is given only settings the worker has', () => {
    const { Variables } = resource('SyncLambdaFunction').Properties.Environment as {
      Variables: Record<string, unknown>
    }
    const settings = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
      Object.keys(shape).map((name) => `${section}__${name}`),
    )

    expect(settings).toEqual(expect.arrayContaining(Object.keys(Variables).filter((name) => name.includes('__'))))
  })

  test('takes one message at a time and answers which ones failed', () => {
    expect(resource('SyncEventSourceMappingSQSSyncQueue')).toMatchObject({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 1,
        Enabled: true,
        EventSourceArn: arnOf('SyncQueue'),
        FunctionName: arnOf('SyncLambdaFunction'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    })
  })

  test('logs for thirty days', () => {
    expect(resource('SyncLogGroup').Properties).toEqual({
      LogGroupName: '/aws/lambda/billing-sync-prod-sync',
      RetentionInDays: 30,
    })
  })
})

describe('the queues', () => {
  const twoWeeks = 14 * 24 * 3600

  test('keep messages for two weeks, encrypted', () => {
    expect(resource('SyncQueue').Properties).toEqual({
      QueueName: 'billing-sync-prod',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      VisibilityTimeout: 900,
      RedrivePolicy: { deadLetterTargetArn: arnOf('SyncDeadLetterQueue'), maxReceiveCount: 12 },
    })
    expect(resource('SyncDeadLetterQueue').Properties).toEqual({
      QueueName: 'billing-sync-prod-dead-letters',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: twoWeeks,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [{ 'Fn::Sub': expect.stringMatching(/:billing-sync-prod$/) }],
      },
    })
  })

  test('hide a message for as long as an invocation may take, as Lambda demands', () => {
    const { VisibilityTimeout } = resource('SyncQueue').Properties
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(Number(resource('SyncLambdaFunction').Properties.Timeout))
  })

  test('deliver a message more often than the worker tries a job, with the settings as they come', () => {
    const { MaxRetries } = settingsSchema.shape.Worker.parse({})
    const { maxReceiveCount } = resource('SyncQueue').Properties.RedrivePolicy as { maxReceiveCount: number }
    expect(maxReceiveCount).toBeGreaterThan(MaxRetries + 1)
  })

  test.each(['SyncQueue', 'SyncDeadLetterQueue'])('refuse whoever does not come over TLS (%s)', (queue) => {
    expect(resource(`${queue}Policy`).Properties).toEqual({
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'OnlyOverTls',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: arnOf(queue),
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    })
  })
})

describe('the permissions', () => {
  const here = (service: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}`
  const secretsOfTenants = { 'Fn::Sub': `${here('secretsmanager')}:secret:billing-sync/prod/tenants/*` }
  const parametersOfTenants = { 'Fn::Sub': `${here('ssm')}:parameter/billing-sync/prod/tenants/*` }

  test('are these and no more', () => {
    const { Policies, ManagedPolicyArns } = resource('SyncRole').Properties as unknown as Role
    const allowed = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

    expect(ManagedPolicyArns).toEqual([])
    expect(allowed.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ChangeMessageVisibility',
          'sqs:SendMessage',
        ],
        Resource: arnOf('SyncQueue'),
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('SyncDeadLetterQueue') },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretsOfTenants },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parametersOfTenants },
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('SyncLogGroup') },
    ])
  })

  test('name every action and every resource: a wildcard stands only for tenants, or where something is denied', () => {
    const statements = statementsIn(template)

    expect(statements.length).toBeGreaterThanOrEqual(6)
    const wild = statements.filter(({ Effect, ...rest }) => Effect !== 'Deny' && JSON.stringify(rest).includes('*'))
    expect(wild.map(({ Resource }) => Resource)).toEqual([secretsOfTenants, parametersOfTenants])
  })

  test('belong to one role', () => {
    const roles = Object.entries(template.Resources).filter(([, { Type }]) => Type.startsWith('AWS::IAM::'))
    expect(roles.map(([id]) => id)).toEqual(['SyncRole'])
  })
})

interface Statement {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource: unknown
}

interface Role {
  readonly ManagedPolicyArns: readonly string[]
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[]
}

function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return []
  if ('Effect' in value) return [value as Statement]
  return Object.values(value).flatMap(statementsIn)
}

test('every alarm watches something of this stack, and is quiet while nothing happens', () => {
  const alarms = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
  const watched = alarms.map(([id, { Properties = {} }]) => {
    const { Namespace, MetricName, Dimensions, Statistic, Threshold, TreatMissingData, ComparisonOperator } = Properties
    expect({ TreatMissingData, ComparisonOperator }).toEqual({
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanThreshold',
    })
    return [id, `${Namespace} ${MetricName}`, Dimensions, Statistic, Threshold]
  })

  const queue = (id: string) => [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }]
  const fn = [{ Name: 'FunctionName', Value: { Ref: 'SyncLambdaFunction' } }]
  expect(watched).toEqual([
    ['DeadLettersAlarm', 'AWS/SQS ApproximateNumberOfMessagesVisible', queue('SyncDeadLetterQueue'), 'Maximum', 0],
    ['QueueAgeAlarm', 'AWS/SQS ApproximateAgeOfOldestMessage', queue('SyncQueue'), 'Maximum', 1800],
    ['QuietTenantsAlarm', 'AWS/SQS ApproximateAgeOfOldestMessageInQuietGroups', queue('SyncQueue'), 'Maximum', 1200],
    ['CannotWorkAlarm', 'billing-sync/prod CannotWork', [], 'Sum', 0],
    ['ForeignJobsAlarm', 'billing-sync/prod ForeignJobs', [], 'Sum', 0],
    ['ErrorsAlarm', 'AWS/Lambda Errors', fn, 'Sum', 0],
    ['ThrottlesAlarm', 'AWS/Lambda Throttles', fn, 'Sum', 0],
    ['DurationAlarm', 'AWS/Lambda Duration', fn, 'Maximum', 890_000],
  ])
})

describe('the filters of the log', () => {
  const filters = () =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::Logs::MetricFilter')
      .map(([id]) => [id, resource(id).Properties] as const)
  const matched = (field: string) =>
    filters().flatMap(([, { FilterPattern }]) =>
      [...String(FilterPattern).matchAll(new RegExp(`\\$\\.${field} = "([^"]+)"`, 'g'))].map(([, name]) => name),
    )

  test('match names and codes, never a sentence', () => {
    expect(filters().map(([, { FilterPattern }]) => FilterPattern)).toEqual([
      '{ ($.event = "worker_not_started") || ($.event = "job_not_claimed") }',
      '{ $.code = "job_belongs_to_another" }',
    ])
  })

  test('match names that the worker logs, and a code that it refuses a message with', async () => {
    const sources = await readdir('src', { recursive: true })
    const paths = sources.filter((path) => path.endsWith('.ts') && path !== 'log/events.ts')
    const texts = await Promise.all(paths.map((path) => readFile(join('src', path), 'utf8')))
    const source = texts.join('\n')

    expect(matched('event')).toHaveLength(2)
    expect(matched('event').filter((name) => !source.includes(`event: '${name}'`))).toEqual([])
    expect(matched('code').filter((name) => !source.includes(`'unreadable',\n    '${name}'`))).toEqual([])
  })

  test('feed the metric of their alarm', () => {
    const fed = filters().map(([id, { MetricTransformations }]) => [id, MetricTransformations])
    expect(fed).toMatchObject([
      ['CannotWorkFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'CannotWork' }]],
      ['ForeignJobsFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'ForeignJobs' }]],
    ])
  })
})

test('the dashboard is JSON once its names are filled in', () => {
  const { DashboardBody } = resource('SyncDashboard').Properties as { DashboardBody: { 'Fn::Sub': string } }
  expect(JSON.parse(DashboardBody['Fn::Sub'])).toMatchObject({ widgets: { length: 4 } })
})

describe('the package', () => {
  test('holds what the build made for the worker, and nothing else', async () => {
    const names = namesInZip(await readFile(join(service, 'packaged/billing-sync.zip')))

    const worker = built.filter((name) => /\.cjs(\.map)?$/.test(name)).map((name) => `dist/${name}`)
    expect(names.sort()).toEqual([...worker, 'dist/certificates/rds.pem'].sort())
    expect(names).toContain('dist/handler.cjs')
  })

  test('takes no secret from the machine that made it', () => {
    expect(packaged).not.toContain('canary')
  })
})

test('the sample events are what SQS delivers: one message, its body a text with its checksum', async () => {
  const names = await readdir('infra/events')
  expect(names.sort()).toEqual(['stripe-full.json', 'stripe-pascal-case.json', 'stripe-secret.json', 'unreadable.json'])
  for (const name of names) {
    const event: SQSEvent = JSON.parse(await readFile(join('infra/events', name), 'utf8'))
    const [message] = event.Records
    expect(event.Records).toHaveLength(1)
    expect(message).toMatchObject({ eventSource: 'aws:sqs', attributes: { ApproximateReceiveCount: '1' } })
    expect(message?.md5OfBody).toBe(
      createHash('md5')
        .update(message?.body ?? '')
        .digest('hex'),
    )
  }
})
