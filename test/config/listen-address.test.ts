import { expect, test } from 'vitest'
import { parseListenAddress } from '../../src/config/listen-address.ts'

test.each<[string, { host: string; port: number } | undefined]>([
  ['127.0.0.1:8484', { host: '127.0.0.1', port: 8484 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:8484', { host: '::1', port: 8484 }],
  ['[::]:8484', { host: '::', port: 8484 }],
  ['::1:8484', undefined],
  ['[127.0.0.1]:8484', undefined],
  ['127.0.0.1', undefined],
  ['127.0.0.1:99999', undefined],
  ['8484', undefined],
  [':8484', undefined],
  ['page.example:8484', undefined],
])('%s', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address)
})
