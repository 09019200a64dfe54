import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask, openTestPage } from './page-setup.ts'

const token = '0123456789abcdef'
const withToken = { authorization: `Bearer ${token}` }

test('the headers forbid everything that the page does not need', async () => {
  const { get } = await openTestPage()
  for (const path of ['/', '/page.js', '/page.css', '/nothing']) {
    const { headers } = await get(path)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
  }
})

test('another name of the server gets 421, another method 405, an unreadable address 400', async () => {
  const { get, post, address } = await openTestPage()
  expect(await get('/', { host: 'evil.example' })).toMatchObject({ status: 421 })
  expect(await get('/events/', { host: 'evil.example' })).toMatchObject({ status: 421 })
  expect(await post('/', '')).toMatchObject({ status: 404 })
  expect(await ask(address, { method: 'DELETE', path: '/' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  })
  expect(await ask(address, { path: 'http://[' })).toMatchObject({ status: 400 })
})

test('with a token nothing is shown without it', async () => {
  const { job, get } = await openTestPage({ token })
  const { id } = await job({ status: 'running' })
  for (const path of ['/', `/jobs/${id}`, '/accounts', '/schedules', '/letters', '/events/', '/page.js']) {
    const refused = await get(path)
    expect(refused).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="billing-sync", charset="UTF-8"' },
    })
    expect(refused.body).not.toContain(id)
  }
  expect(await get('/', withToken)).toMatchObject({ status: 200 })
  expect((await get('/', { authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` })).status).toBe(200)
})

test('a job is cancelled by its form, and by no other request', async () => {
  const { job, get, post, query } = await openTestPage({ token })
  const { id } = await job({ status: 'running' })
  const other = await job({ status: 'running' })
  const keyOf = async (job: string) =>
    /name="key" value="([^"]+)"/.exec((await get(`/jobs/${job}`, withToken)).body)?.[1] ?? ''
  const key = await keyOf(id)
  expect(key).not.toBe('')
  const state = async () => (await query(`select status from sync_jobs where id = $1`, [id]))[0]?.status
  const path = `/jobs/${id}/cancel`
  expect(await post(path, `key=${key}`)).toMatchObject({ status: 401 })
  expect(await post(path, '', withToken)).toMatchObject({ status: 403 })
  expect(await post(path, `key=${await keyOf(other.id)}`, withToken)).toMatchObject({ status: 403 })
  expect(await post(path, `key=${key}`, { ...withToken, origin: 'https://evil.example' })).toMatchObject({
    status: 403,
  })
  expect(await post(path, `key=${key}`, { ...withToken, 'content-type': 'text/plain' })).toMatchObject({ status: 400 })
  expect(await post(path, `key=${key}&x=${'x'.repeat(5_000)}`, withToken)).toMatchObject({ status: 400 })
  expect(await post(`/jobs/${id}/erase`, `key=${key}`, withToken)).toMatchObject({ status: 404 })
  expect(await get(path, withToken)).toMatchObject({ status: 404 })
  expect(await state()).toBe('running')
  expect(await post(path, `key=${key}`, withToken)).toMatchObject({ status: 303, headers: { location: `/jobs/${id}` } })
  expect(await state()).toBe('cancelled')
  expect(await post(path, `key=${key}`, withToken)).toMatchObject({
    status: 409,
    body: expect.stringContaining('The job had ended before.'),
  })
  expect((await get(`/jobs/${id}`, withToken)).body).not.toContain('<form method="post"')
})

test('a failed job is sent again by its form, unless its row keeps no reference to its key', async () => {
  const sent: string[] = []
  const retry = async ({ id }: { readonly id: string }) => {
    sent.push(id)
    return { jobId: id, done: true, reason: 'Sent. It goes on.' }
  }
  const { job, get, post } = await openTestPage({ token, actions: { cancel: async () => false, retry } })
  const { id } = await job({ status: 'failed' })
  const { body } = await get(`/jobs/${id}`, withToken)
  expect(body).toContain('Send the job again')
  const key = /name="key" value="([^"]+)"/.exec(body)?.[1]
  expect(await post(`/jobs/${id}/cancel`, `key=${key}`, withToken)).toMatchObject({ status: 403 })
  const answer = await post(`/jobs/${id}/retry`, `key=${key}`, withToken)
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Sent. It goes on.') })
  expect(sent).toEqual([id])
  const plain = await job({ status: 'failed', sent_with: { token: 'key' } })
  const refused = (await get(`/jobs/${plain.id}`, withToken)).body
  expect(refused).toContain('It was sent with a plain key, which the database does not keep. Send it again.')
  expect(refused).not.toContain('<form method="post"')
})

test('dead letters are sent back by their form alone, and those that stay are counted', async () => {
  const stays = { messageId: 'm-2', code: 'unreadable_message', reason: 'no JSON', jobId: null, tenantId: null }
  let redrives = 0
  const redrive = async () => {
    redrives++
    return { sent: 1, left: [{ ...stays, isRedacted: true }] }
  }
  const { get, post } = await openTestPage({
    token,
    letters: async () => [
      { ...stays, isRedacted: true },
      { ...stays, messageId: 'm-1', isRedacted: false },
    ],
    actions: { cancel: async () => false, redrive },
  })
  const { body } = await get('/letters', withToken)
  const key = /action="\/letters\/redrive"><input type="hidden" name="key" value="([^"]+)"/.exec(body)?.[1]
  const path = '/letters/redrive'
  expect(await post(path, `key=${key}`)).toMatchObject({ status: 401 })
  expect(await post(path, 'key=', withToken)).toMatchObject({ status: 403 })
  expect(await post(path, `key=${key}`, { ...withToken, 'sec-fetch-site': 'cross-site' })).toMatchObject({
    status: 403,
  })
  expect(await get(path, withToken)).toMatchObject({ status: 404 })
  expect(redrives).toBe(0)
  expect(await post(path, `key=${key}`, withToken)).toMatchObject({
    status: 200,
    body: expect.stringContaining(
      '1 dead letters are back in the queue. 1 stay, because their secrets were taken out.',
    ),
  })
  expect(redrives).toBe(1)
})

test('without a token the page changes nothing', async () => {
  const { job, get, post, query } = await openTestPage()
  const { id } = await job({ status: 'running' })
  expect((await get(`/jobs/${id}`)).body).not.toContain('<form method="post"')
  expect((await get('/letters')).body).not.toContain('<form method="post"')
  expect(await post(`/jobs/${id}/cancel`, 'key=')).toMatchObject({ status: 404 })
  expect(await post('/letters/redrive', 'key=')).toMatchObject({ status: 404 })
  expect(await query(`select status from sync_jobs`)).toEqual([{ status: 'running' }])
})

test('a taken port is refused in words, or another one is taken', async () => {
  const rival = createServer()
  await new Promise<void>((resolve) => rival.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void rival.close())
  const address = rival.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(openTestPage({ port })).rejects.toThrow(
    `page: 127.0.0.1:${port} is taken (EADDRINUSE). Set Page.Listen to another port.`,
  )
  const other = await openTestPage({ port, orAnyPort: true })
  expect(other.address).not.toContain(`:${port}/`)
  expect((await other.get('/')).status).toBe(200)
})
