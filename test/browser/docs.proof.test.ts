import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { type Chromium, startChromium } from './chromium.ts'
import { watch } from './visit.ts'

const pictures = join(tmpdir(), 'laku-pages')

describe('/docs', () => {
  let chromium: Chromium
  let laku: TestLaku
  let server: RunningServer
  beforeAll(async () => {
    chromium = await startChromium()
    laku = await openTestLaku()
    server = await startServer(laku, { host: '127.0.0.1', port: 0 })
    await mkdir(pictures, { recursive: true })
  })
  afterAll(async () => {
    await chromium?.close()
    await server?.close()
    await laku?.close()
  })

  it.each([
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ])('shows every operation of openapi.json, and says nothing to the console: %s', async (name, viewport) => {
    const document = JSON.parse(await readFile('openapi.json', 'utf8')) as { paths: Record<string, object> }
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path))
    const context = await chromium.open({ viewport })
    const page = await context.newPage()
    const troubles = watch(page, server.url)
    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock').first().waitFor()
    expect(await page.locator('.opblock').count()).toBe(operations.length)
    const join_ = page.locator('#operations-group-sessions-postGroupSessionsByIdJoin')
    await join_.locator('.opblock-summary-control').click()
    await join_.getByText('address_id').first().waitFor()
    await join_.screenshot({ path: join(pictures, `docs-join-${name}.png`) })
    await page.screenshot({ path: join(pictures, `docs-${name}.png`) })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
    expect(troubles).toEqual([])
    await context.close()
  })
})
