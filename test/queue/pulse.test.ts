import { expect, test } from 'vitest'
import { createPulse } from '../../src/queue/pulse.ts'
import { createGate } from '../support/gate.ts'

function setup() {
  let time = 0
  const pulse = createPulse({ now: () => time }, { callMs: 120_000, deliveryMs: 1_200_000 })
  return {
    pulse,
    pass: (ms: number) => {
      time += ms
    },
  }
}

test('a call that lasts longer than it can is stuck, until it ends', async () => {
  const { pulse, pass } = setup()
  const gate = createGate()
  const call = pulse.call(() => gate.passed)
  pass(120_000)
  expect(pulse.stuck()).toBeNull()
  pass(1_000)
  expect(pulse.stuck()).toBe('a call to the queue has not ended for 121 s, and has to within 120 s')
  gate.open()
  await call
  expect(pulse.stuck()).toBeNull()
})

test('a delivery that lasts longer than it can is stuck, whatever the others do', async () => {
  const { pulse, pass } = setup()
  const gates = [createGate(), createGate()] as const
  const deliveries = gates.map((gate) => pulse.delivery(() => gate.passed))
  pass(1_200_000)
  expect(pulse.stuck()).toBeNull()
  pass(1_000)
  await pulse.call(async () => {})
  gates[1].open()
  await deliveries[1]
  expect(pulse.stuck()).toBe('a delivery has not ended for 1201 s, and has to within 1200 s')
  gates[0].open()
  await deliveries[0]
  expect(pulse.stuck()).toBeNull()
})

test('the queue is new, here or away by its last call, with the code of the innermost cause and no message', async () => {
  const { pulse } = setup()
  const state = () => [pulse.queue, pulse.failureCode]
  expect(state()).toEqual(['new', undefined])
  const refused = Object.assign(new Error('amqp://me:canary5Fh2@host'), { code: 'ECONNREFUSED' })
  const failure = Object.assign(new Error('away', { cause: refused }), { code: 'queue_unavailable' })
  await expect(pulse.call(() => Promise.reject(failure))).rejects.toBe(failure)
  expect(state()).toEqual(['away', 'ECONNREFUSED'])
  await expect(pulse.call(() => Promise.reject(Object.assign(new Error(), { code: 'me:canary' })))).rejects.toThrow()
  expect(state()).toEqual(['away', undefined])
  expect(await pulse.call(async () => 7)).toBe(7)
  expect(state()).toEqual(['here', undefined])
})

test('the code of a failure is looked for in five causes, also where they go round in a circle', async () => {
  const { pulse } = setup()
  const caused = (depth: number): Error =>
    depth === 0 ? coded('E_DEEP') : new Error('away', { cause: caused(depth - 1) })
  const coded = (code: string) => Object.assign(new Error('away'), { code })
  const codeAfter = async (error: Error) => {
    await expect(pulse.call(() => Promise.reject(error))).rejects.toBe(error)
    return pulse.failureCode
  }
  expect(await codeAfter(caused(5))).toBe('E_DEEP')
  expect(await codeAfter(caused(6))).toBeUndefined()
  const circle = coded('E_CIRCLE')
  circle.cause = circle
  expect(await codeAfter(circle)).toBe('E_CIRCLE')
})
