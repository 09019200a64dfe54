import { expect, test } from 'vitest'
import { finding } from '../../../src/cli/doctor/finding.ts'
import { setup } from '../../support/setup.ts'
import { run } from '../program.ts'

test('doctor prints a line for each check, and ends with 0 where nothing fails', async () => {
  const { environment } = await setup({ sandbox: { customers: 1 } })
  const { code, stdout, stderr } = await run(['doctor'], { env: environment })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const seen = [...stdout.matchAll(/^ {2}(ok|warn|fail) +(\w+) /gm)].map(([, status, about]) => `${about} ${status}`)
  expect(new Set(seen)).toEqual(
    new Set(['settings ok', 'secrets ok', 'database ok', 'queue ok', 'schedules ok', 'erasures ok', 'provider ok']),
  )
})

test('doctor ends with 1 where a line fails, and says what to do', async () => {
  const env = { Worker__BatchSize: '1000', Stripe__ApiKeyy: 'x', Worker__Colour: 'red' }
  const { code, stdout } = await run(['doctor', '--json'], { env })
  expect(code).toBe(1)
  const findings = stdout
    .trimEnd()
    .split('\n')
    .map((line) => finding.strict().parse(JSON.parse(line)))
  expect(findings.map(({ about, status }) => `${about} ${status}`)).toEqual(['settings fail', 'settings fail'])
  expect(findings[0]?.message).toMatch(/Stripe.ApiKeyy is not a setting.*did you mean Stripe.ApiKey/)
  expect(findings[1]?.message).toMatch(/Worker.BatchSize must be a whole number from 1 to 100/)
  expect(findings[0]?.do).toContain('docs/configuration.md')
})

test('a secret that a setting refers to and that cannot be read fails, and a setting that is not known is a warning', async () => {
  const env = {
    Worker__Colour: 'red',
    Stripe__ApiKey: 'ssm:/nobody/key',
    Secrets__Endpoint: 'http://127.0.0.1:1',
    Secrets__Region: 'eu-central-1',
  }
  const { code, stdout } = await run(['doctor'], { env })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^ {2}warn {2}settings +Worker.Colour is not a setting/m)
  expect(stdout).toMatch(/^ {2}fail {2}secrets +secret: ssm:\/nobody\/key cannot be read now/m)
})
