/**
 * Stands in for `rapid-client.node`, the compiled half of aws-lambda-ric that speaks HTTP to the Runtime API, so that the
 * other half, the runtime client Lambda runs, works without a compiler. Loaded with `--import` before the client.
 */
import { Agent, request } from 'node:http'
import Module from 'node:module'

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const native = {
  initializeClient() {},
  next: () => inTurn(() => call('GET', 'next')),
  done: (id, body) => void inTurn(() => call('POST', `${id}/response`, body)),
  error: (id, body) => void inTurn(() => call('POST', `${id}/error`, body)),
}

/** The compiled client blocks until its answer is out; here the next request waits for it instead. */
let last = Promise.resolve()
function inTurn(task) {
  last = last.then(task, task)
  return last
}

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const options = { hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }
    const sent = request(options, (response) => {
      let bodyJson = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        bodyJson += chunk
      })
      response.on('end', () => resolve({ bodyJson, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const load = Module._load
Module._load = function loadWithStandIn(name, ...rest) {
  return name.endsWith('rapid-client.node') ? native : load.call(this, name, ...rest)
}
