import axe from 'axe-core'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { chromiumPath } from './chromium.ts'

/** A tab of Chromium. `problems` are errors of its console and requests that Content-Security-Policy refused. */
export async function openTab(options: BrowserContextOptions = {}) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  const context = await browser.newContext(options)
  const tab = await context.newPage()
  const problems: string[] = []
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  tab.on('pageerror', (error) => problems.push(String(error)))
  return { tab, context, problems }
}

/** What axe finds wrong, a line each. It runs beside the page, whose policy lets no other script in. */
export async function axeFindings(tab: Page): Promise<readonly string[]> {
  await tab.evaluate(axe.source)
  const { violations } = await tab.evaluate<axe.AxeResults>('axe.run(document)')
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
