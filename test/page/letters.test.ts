import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openTestPage } from './page-setup.ts'

test('dead letters are counted where the queue tells, and not spoken of elsewhere', async () => {
  expect((await (await openTestPage()).get('/')).body).not.toContain('dead letters')
  const page = await openTestPage({ deadLetters: async () => 3 })
  expect((await page.get('/')).body).toContain('dead letters <b>3</b>')
  const untold = await openTestPage({ deadLetters: async () => null })
  expect((await untold.get('/')).body).not.toContain('dead letters')
})

test('dead letters are named with their reason and job, and it is said which can be sent back', async () => {
  const [jobId, tenantId] = [randomUUID(), randomUUID()]
  const { get } = await openTestPage({
    letters: async () => [
      { messageId: 'm-1', code: 'received_too_often', reason: '<b>12</b> workers', jobId, tenantId, isRedacted: false },
      { messageId: 'm-2', code: '', reason: '', jobId: null, tenantId: null, isRedacted: true },
    ],
  })
  const { body } = await get('/letters')
  expect(body).toContain('1 of 2 can be sent back.')
  const [first = '', second = ''] = [...body.matchAll(/<tr><th scope="row">.*?<\/tr>/g)].map(([row]) => row)
  expect(first).toContain(`<th scope="row">m-1</th><td>&lt;b&gt;12&lt;/b&gt; workers <code>received_too_often</code>`)
  expect(first).toContain(
    `<a href="/jobs/${jobId}">${jobId}</a></td><td><a href="/?tenant=${tenantId}">${tenantId}</a>`,
  )
  expect(first).toContain('<td>yes</td>')
  expect(second).toContain('The worker gave no reason')
  expect(second).toContain('not known</td><td>not known</td><td>no: its secrets were taken out')
})

test('a queue without letters, one that does not answer and none at all are told apart', async () => {
  const sentence = async (letters?: () => Promise<readonly [] | null>) =>
    (await (await openTestPage(letters ? { letters } : {})).get('/letters')).body
  expect(await sentence(async () => [])).toContain('There is no dead letter.')
  expect(await sentence(async () => null)).toContain('The queue does not answer. Load the page again.')
  expect(await sentence()).toContain('The page knows no queue.')
})
