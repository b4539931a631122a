import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chromium, startChromium } from './chromium.ts'
import { Shop, type Sight } from './shop.ts'
import { visit } from './visit.ts'

// What was seen, for a person to look at.
const pictures = join(tmpdir(), 'laku-pages')
const LIGHT_BYTES = 10_000

const widths = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } }
const languages = { id: 'id-ID', en: 'en-GB' }
type Language = keyof typeof languages

let chromium: Chromium
let shop: Shop
beforeAll(async () => {
  chromium = await startChromium()
  shop = await Shop.open()
  await mkdir(pictures, { recursive: true })
})
afterAll(async () => {
  await chromium?.close()
  await shop?.close()
})

async function withPage<T>(options: BrowserContextOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await chromium.open(options)
  try {
    return await use(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Looks at each sight in one way, and keeps a picture of it. */
async function lookAt(
  sights: readonly Sight[],
  way: string,
  options: BrowserContextOptions,
  language: Language,
) {
  await withPage({ ...options, locale: languages[language] }, async (page) => {
    for (const sight of sights) {
      const what = `${sight.name}, ${way}`
      const { status, noticed } = await visit(page, new URL(sight.path, shop.url).href)
      await page.screenshot({ path: join(pictures, `${what}.png`.replaceAll(/[, ]+/g, '-')), fullPage: true })
      expect(noticed.troubles, what).toEqual([])
      expect([status, await page.locator('html').getAttribute('lang')], what).toEqual([
        sight.status,
        language,
      ])
      expect(await page.locator('h1').textContent(), what).toContain(sight.says[language])
      expect(noticed.bytes, what).toBeLessThan(LIGHT_BYTES)
      heaviest = Math.max(heaviest, noticed.bytes)
    }
  })
}
let heaviest = 0

const ways = Object.entries(widths).flatMap(([name, viewport]) =>
  (['id', 'en'] as const).flatMap((language) =>
    [true, false].map((javaScriptEnabled) => ({
      way: `${name}, ${language}${javaScriptEnabled ? '' : ', no script'}`,
      options: { viewport, javaScriptEnabled },
      language,
    })),
  ),
)
const dark = {
  way: 'phone, id, dark',
  options: { viewport: widths.phone, colorScheme: 'dark' as const },
  language: 'id' as const,
}

describe('pages', () => {
  let sights: Sight[]
  beforeAll(async () => {
    sights = [...(await shop.paySights()), ...(await shop.sessionSights()), ...shop.problemSights()]
  })
  afterAll(() => console.log(`the heaviest page is ${heaviest} bytes; pictures are in ${pictures}`))

  it.each([...ways, dark])('$way', async ({ way, options, language }) => {
    await lookAt(sights, way, options, language)
  })
})

describe('the page of a payment while the provider is paused', () => {
  let sights: Sight[]
  beforeAll(async () => {
    sights = await shop.pausedSights()
  })
  afterAll(() => shop.pause(false))

  it.each([...ways, dark])('$way', async ({ way, options, language }) => {
    await lookAt(sights, way, options, language)
  })
})
