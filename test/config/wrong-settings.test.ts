import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { fromFile, problemsOf } from './settings.ts'

describe('a wrong setting is a sentence with the field, the expectation, what was found and where', () => {
  const variable = (name: string) => `(from the environment variable ${name})`
  const file = '(from appsettings.json)'
  const whole = (field: string, from: number, to: number) =>
    `${field} must be a whole number from ${from} to ${to}, found`
  const cases: Record<string, readonly [environment: Record<string, string>, file: unknown, sentence: string]> = {
    'MaxRetries below': [{}, { Worker: { MaxRetries: -1 } }, `${whole('Worker.MaxRetries', 0, 100)} -1 ${file}`],
    'MaxRetries above': [
      { Worker__MaxRetries: '101' },
      {},
      `${whole('Worker.MaxRetries', 0, 100)} "101" ${variable('Worker__MaxRetries')}`,
    ],
    RetryDelaySeconds: [
      { WORKER__RETRYDELAYSECONDS: '30s' },
      {},
      `${whole('Worker.RetryDelaySeconds', 0, 900)} "30s" ${variable('WORKER__RETRYDELAYSECONDS')}`,
    ],
    'BatchSize 0': [{}, { Worker: { BatchSize: 0 } }, `${whole('Worker.BatchSize', 1, 100)} 0 ${file}`],
    'BatchSize 1.5': [{}, { Worker: { BatchSize: 1.5 } }, `${whole('Worker.BatchSize', 1, 100)} 1.5 ${file}`],
    'BatchSize "1.5"': [{}, { Worker: { BatchSize: '1.5' } }, `${whole('Worker.BatchSize', 1, 100)} "1.5" ${file}`],
    'BatchSize true': [{}, { Worker: { BatchSize: true } }, `${whole('Worker.BatchSize', 1, 100)} true ${file}`],
    'BatchSize a list': [{}, { Worker: { BatchSize: [50] } }, `${whole('Worker.BatchSize', 1, 100)} [50] ${file}`],
    'BatchSize hexadecimal': [
      { Worker__BatchSize: '0x10' },
      {},
      `${whole('Worker.BatchSize', 1, 100)} "0x10" ${variable('Worker__BatchSize')}`,
    ],
    TimeoutMinutes: [
      {},
      { Worker: { TimeoutMinutes: 'never' } },
      `${whole('Worker.TimeoutMinutes', 0, 100_000)} "never" ${file}`,
    ],
    Concurrency: [{}, { Worker: { Concurrency: 11 } }, `${whole('Worker.Concurrency', 1, 10)} 11 ${file}`],
    LeaseSeconds: [{}, { Worker: { LeaseSeconds: 1 } }, `${whole('Worker.LeaseSeconds', 2, 600)} 1 ${file}`],
    Announce: [{}, { Worker: { Announce: 'off' } }, `Worker.Announce must be true or false, found "off" ${file}`],
    RequestsPerSecond: [
      {},
      { Stripe: { RequestsPerSecond: 0 } },
      `Stripe.RequestsPerSecond must be a number from 0.1 to 10000, found 0 ${file}`,
    ],
    EndpointRequestsPerSecond: [
      { Stripe__EndpointRequestsPerSecond: 'many' },
      {},
      `Stripe.EndpointRequestsPerSecond must be a number from 0.1 to 10000, found "many" ${variable('Stripe__EndpointRequestsPerSecond')}`,
    ],
    'Url of a FIFO queue': [
      { Queue__Url: 'https://sqs.eu-central-1.amazonaws.com/1/jobs.fifo' },
      {},
      `Queue.Url must be the address of a standard queue, because a FIFO queue would drop the copy of a paused job, found a string that is not shown ${variable('Queue__Url')}`,
    ],
    'DeadLetterUrl of a FIFO queue': [
      {},
      { Queue: { DeadLetterUrl: 'http://127.0.0.1:4566/000000000000/dead.fifo/' } },
      `Queue.DeadLetterUrl must be the address of a standard queue, because a FIFO queue would drop the copy of a paused job, found "http://127.0.0.1:4566/000000000000/dead.fifo/" ${file}`,
    ],
    'ApiBase with a path': [
      {},
      { Stripe: { ApiBase: 'https://stripe.test/v1' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "https://stripe.test/v1" ${file}`,
    ],
    'ApiBase in plain text': [
      {},
      { Stripe: { ApiBase: 'http://stripe.test' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "http://stripe.test" ${file}`,
    ],
    'ApiBase with a password': [
      {},
      { Stripe: { ApiBase: 'https://me:canary5Fh2@stripe.test' } },
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "https://me:[secret]@stripe.test" ${file}`,
    ],
    'a key for ApiBase': [
      { Stripe__ApiBase: 'sk_live_canary5Fh2' },
      {},
      `Stripe.ApiBase must be an https:// address of a public host, or http:// on loopback, without a user or a path, found "[secret]" ${variable('Stripe__ApiBase')}`,
    ],
    ConnectClientId: [{}, { Stripe: { ConnectClientId: 5 } }, `Stripe.ConnectClientId must be text, found 5 ${file}`],
    PublishableKey: [
      {},
      { Stripe: { PublishableKey: ['pk'] } },
      `Stripe.PublishableKey must be text, found ["pk"] ${file}`,
    ],
    'Queue.Url': [
      { Queue__Url: 'billing-sync' },
      {},
      `Queue.Url must be the address of a queue: https://sqs…, postgres:, amqp://…, redis://… or Endpoint=sb://…, found a string that is not shown ${variable('Queue__Url')}`,
    ],
    'Queue.Url of an unknown transport': [
      {},
      { Queue: { Url: 'kafka://me:canary5Fh2@broker.test' } },
      `Queue.Url must be the address of a queue: https://sqs…, postgres:, amqp://…, redis://… or Endpoint=sb://…, found a string that is not shown ${file}`,
    ],
    'Queue.Url of SQS with a password': [
      { Queue__Url: 'https://me:canary5Fh2@queue.test/1/jobs' },
      {},
      `Queue.Url must be the address of a queue of SQS without a user, found a string that is not shown ${variable('Queue__Url')}`,
    ],
    'Queue.DeadLetterUrl': [
      {},
      { Queue: { DeadLetterUrl: 5 } },
      `Queue.DeadLetterUrl must be an http:// or https:// address without a user, found 5 ${file}`,
    ],
    'Queue.DeadLetterUrl with a password': [
      { Queue__DeadLetterUrl: 'https://me:canary5Fh2@queue.test/1/dead' },
      {},
      `Queue.DeadLetterUrl must be an http:// or https:// address without a user, found "https://me:[secret]@queue.test/1/dead" ${variable('Queue__DeadLetterUrl')}`,
    ],
    'Queue.Endpoint': [
      {},
      { Queue: { Endpoint: 'arn:aws:sqs' } },
      `Queue.Endpoint must be an http:// or https:// address without a user, found "arn:aws:sqs" ${file}`,
    ],
    'Queue.Region': [{}, { Queue: { Region: {} } }, `Queue.Region must be text, found {} ${file}`],
    'Secrets.Prefix': [{}, { Secrets: { Prefix: 7 } }, `Secrets.Prefix must be text, found 7 ${file}`],
    'Secrets.Endpoint': [
      { Secrets__Endpoint: 'localhost:4566' },
      {},
      `Secrets.Endpoint must be an http:// or https:// address without a user, found "localhost:4566" ${variable('Secrets__Endpoint')}`,
    ],
    'Worker.Listen': [
      {},
      { Worker: { Listen: 8080 } },
      `Worker.Listen must be an address and a port, such as 127.0.0.1:8484 or [::1]:8484, found 8080 ${file}`,
    ],
    'Page.Listen': [
      { Page__Listen: 'page.example:8484' },
      {},
      `Page.Listen must be an address and a port, such as 127.0.0.1:8484 or [::1]:8484, found "page.example:8484" ${variable('Page__Listen')}`,
    ],
    'Page.Token': [{}, { Page: { Token: 5 } }, `Page.Token must be text, found a number that is not shown ${file}`],
    'Page.Connection': [
      {},
      { Page: { Connection: 5 } },
      `Page.Connection must be text, found a number that is not shown ${file}`,
    ],
    'Page.Hosts': [
      {},
      { Page: { Hosts: 5 } },
      `Page.Hosts must be a list of names, or names with commas between, found 5 ${file}`,
    ],
    'Telemetry.Namespace': [
      {},
      { Telemetry: { Namespace: 'my metrics' } },
      `Telemetry.Namespace must be at most 255 letters, digits and ./_-#:, found "my metrics" ${file}`,
    ],
    'Log.Level': [
      { Log__Level: 'Information' },
      {},
      `Log.Level must be one of "debug", "info", "warn", "error", found "Information" ${variable('Log__Level')}`,
    ],
    'a section that is text': [
      {},
      { Worker: 'fast' },
      `Worker must be an object, found a string that is not shown ${file}`,
    ],
    'a section that is a list': [{}, { Queue: [] }, `Queue must be an object, found a list ${file}`],
    'a section that is null': [{}, { Stripe: null }, `Stripe must be an object, found null ${file}`],
    'a file that is a list': [{}, [], 'appsettings.json must hold an object'],
    'a file that is null': [{}, null, 'appsettings.json must hold an object'],
    'a misspelt field': [
      {},
      { Worker: { MaxRetry: 5 } },
      `Worker.MaxRetry is not a setting of this worker; did you mean Worker.MaxRetries? ${file}`,
    ],
    'a misspelt variable': [
      { Log__Levels: 'info' },
      {},
      `Log.Levels is not a setting of this worker; did you mean Log.Level? ${variable('Log__Levels')}`,
    ],
    'the connection string': [
      {},
      { ConnectionStrings: { DefaultConnection: 'Host=db;Username=worker' } },
      `ConnectionStrings.DefaultConnection names no Database ${file}`,
    ],
    'a connection string that is none': [
      { connectionstrings__defaultconnection: 'canary' },
      {},
      `ConnectionStrings.DefaultConnection is neither "Host=…;Database=…;Username=…;Password=…" nor a postgres:// URL ${variable('connectionstrings__defaultconnection')}`,
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [environment, content, sentence]) => {
    expect(problemsOf(() => readConfig({ environment, file: content }))).toEqual([sentence])
  })

  it('and every wrong setting has its own', () => {
    const wrong = { Worker: { BatchSize: 0, MaxRetry: 1 }, Log: { Level: 'all' }, Queue: 7 }
    expect(
      problemsOf(() => fromFile(wrong))
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual(['Log.Level', 'Queue', 'Worker.BatchSize', 'Worker.MaxRetry'])
  })
})
