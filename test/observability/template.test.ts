import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { packageTemplate } from '../infra/packaged-service.ts'
import { runTool } from './tool.ts'

/*
 * cfn-lint and checkov look at the packaged template, without live events and with all of them. What they report is either
 * mended or accepted here, and docs/security.md says why.
 */

const functions = 'AWS::Lambda::Function.'
const logs = 'AWS::Logs::LogGroup.'
const queues = 'AWS::SQS::Queue.'

/** The findings that stay, by rule: where each is. */
const accepted: Readonly<Record<string, readonly RegExp[]>> = {
  E1157: [/^Resources\.\w+LambdaFunction\.Properties\.KmsKeyArn\./],
  E3510: [/^Resources\.\w+Role\.Properties\.Policies\.0\.PolicyDocument\.Statement\.\d\.Fn::If\.1\.Resource$/],
  W8003: [/^Conditions\.HasKmsKey\./],
  W3005: [/^Resources\.\w+LambdaFunction\.DependsOn\.1$/],
  CKV_AWS_18: [/^AWS::S3::Bucket\.ServerlessDeploymentBucket$/],
  CKV_AWS_27: [new RegExp(`^${queues}(?:Sync|Events)(?:DeadLetter)?Queue$`)],
  CKV_AWS_115: [new RegExp(`^${functions}(?:Sync|Tick|Events)LambdaFunction$`)],
  CKV_AWS_116: [new RegExp(`^${functions}`)],
  CKV_AWS_117: [new RegExp(`^${functions}`)],
  CKV_AWS_158: [new RegExp(`^${logs}`)],
  CKV_AWS_258: [/^AWS::Lambda::Url\.ReceiverLambdaFunctionUrl$/],
}

interface Finding {
  readonly rule: string
  readonly at: string
}

async function lint(template: string): Promise<readonly Finding[]> {
  const regions = ['eu-central-1', 'us-east-1']
  const { stdout } = await runTool('cfn-lint', '--format', 'json', '--regions', ...regions, '--template', template)
  const findings = z.array(
    z.object({
      Rule: z.object({ Id: z.string() }),
      Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
    }),
  )
  return findings
    .parse(JSON.parse(stdout))
    .map(({ Rule, Location }) => ({ rule: Rule.Id, at: (Location.Path ?? []).join('.') }))
}

async function check(template: string): Promise<readonly Finding[]> {
  const options = ['--framework', 'cloudformation', '--quiet', '--compact', '--output', 'json']
  const { stdout } = await runTool('checkov', '--file', template, ...options)
  const { summary, results } = z
    .object({
      summary: z.object({ passed: z.number(), parsing_errors: z.literal(0) }),
      results: z.object({ failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string() })) }),
    })
    .parse(JSON.parse(stdout))
  expect(summary.passed).toBeGreaterThan(20)
  return results.failed_checks.map(({ check_id: rule, resource: at }) => ({ rule, at }))
}

const isAccepted = ({ rule, at }: Finding) => accepted[rule]?.some((place) => place.test(at)) ?? false

const everything = [
  'eventSources=receiver,http-api,aws.partner/stripe.com/ed_61ABC,aws.partner/shopify.com/1234/live-events',
  'webhookSecrets=stripe,square,shopify',
]

test('cfn-lint and checkov find nothing in the template without live events but what is accepted', async () => {
  const template = await packageTemplate()
  expect([...(await lint(template)), ...(await check(template))].filter((finding) => !isAccepted(finding))).toEqual([])
})

test('they find nothing more with all live events, and each rule that is accepted is still needed', async () => {
  const template = await packageTemplate(...everything)
  const findings = [...(await lint(template)), ...(await check(template))]
  expect(findings.filter((finding) => !isAccepted(finding))).toEqual([])
  expect([...new Set(findings.map(({ rule }) => rule))].toSorted()).toEqual(Object.keys(accepted).toSorted())
})

test('a key of your own leaves none of the findings about keys of the environment', async () => {
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
  const findings = await lint(await packageTemplate(...everything, `kmsKeyArn=${key}`))
  expect(findings.filter(({ rule }) => ['E1157', 'E3510'].includes(rule))).toEqual([])
})

test('docs/security.md says why each accepted finding stays', () => {
  const [, section = ''] = readFileSync('docs/security.md', 'utf8').split('\n## The template\n')
  const [table = ''] = section.split('\n## ')
  const listed = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, rule]) => rule),
  )
  expect(listed.toSorted()).toEqual(Object.keys(accepted).toSorted())
})
