/* The smallest manifest, and whom it is read for. */

export const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
export const accessToken = 'tok_secretsecret0123456789'
export const never = new AbortController().signal

/** The smallest manifest. */
export const small = {
  name: 'acme',
  baseUrl: 'https://api.example.com/v1',
  auth: { type: 'bearer' },
  identity: { path: '/me', account: '/id' },
  resources: [{ name: 'customers', table: 'customers', path: '/customers', items: '/data' }],
}
export const resource = (over: object) => ({ ...small, resources: [{ ...small.resources[0], ...over }] })
