import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** How a store refuses: the name of its error and the status that comes with it. */
export interface Refusal {
  readonly error: string
  readonly status?: number
  readonly message?: string
}

/** Secrets Manager and Parameter Store in one, as far as reading goes: AWS JSON 1.1, by what a secret is asked for. */
export async function openSecretStore(secrets: Readonly<Record<string, string>> = {}) {
  const values = new Map(Object.entries(secrets))
  const requests: { readonly target: string; readonly id: string; readonly signedFor: string }[] = []
  const refusals: (Refusal & { left: number })[] = []
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { readonly SecretId?: string; readonly Name?: string }
    const id = body.SecretId ?? body.Name ?? ''
    const target = String(request.headers['x-amz-target'])
    // Credential=ID/DAY/REGION/SERVICE/aws4_request
    requests.push({
      target,
      id,
      signedFor: /Credential=[^/]+\/\d+\/([^,]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? '',
    })
    const answer = (status: number, content: unknown) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content))
    }
    const refusal = refusals.find((candidate) => candidate.left-- > 0)
    if (refusal?.error === 'reset') return request.socket.destroy()
    if (refusal) return answer(refusal.status ?? 400, { __type: refusal.error, message: refusal.message ?? 'no' })
    const value = values.get(id)
    if (target === 'secretsmanager.GetSecretValue') {
      if (value === undefined) return answer(400, { __type: 'ResourceNotFoundException', Message: `no ${id}` })
      return answer(200, {
        ARN: id,
        Name: id,
        ...(value === 'binary' ? { SecretBinary: 'AAEC' } : { SecretString: value }),
      })
    }
    if (target !== 'AmazonSSM.GetParameter') return answer(400, { __type: 'UnknownOperationException' })
    if (value === undefined) return answer(400, { __type: 'ParameterNotFound' })
    answer(200, { Parameter: { Name: id, Type: 'SecureString', Value: value, Version: 1 } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put: (id: string, value: string) => void values.set(id, value),
    refuse: (refusal: Refusal, times = Number.POSITIVE_INFINITY) => {
      const pending = { ...refusal, left: times }
      refusals.push(pending)
      return () => {
        pending.left = 0
      }
    },
  }
}
