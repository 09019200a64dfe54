import { expect, it } from 'vitest'
import { SquareRefusal } from '../../src/providers/square/connection.ts'
import { failure } from '../../src/providers/square/failure.ts'

const read = (status: number, code: string) => {
  const body = JSON.stringify({ errors: [{ category: 'API_ERROR', code }] })
  return failure(new SquareRefusal(status, {}, Buffer.from(body)), { tokenName: 'the token', quote: () => null })
}

it.each(['TEMPORARY_ERROR', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT'])(
  'the code %s is a fault of Square, whatever its status is',
  (code) => {
    expect(read(400, code)).toMatchObject({ verdict: 'retry', code: 'provider_unavailable', scope: 'provider' })
  },
)

it('a request that was waited for in vain is sent again: it loses no object', () => {
  expect(read(408, 'REQUEST_TIMEOUT')).toMatchObject({ verdict: 'retry', code: 'provider_unavailable' })
  expect(read(400, 'BAD_REQUEST')).toMatchObject({ verdict: 'reject', code: 'provider_refused' })
})
