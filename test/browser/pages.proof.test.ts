import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chromium, startChromium } from './chromium.ts'
import { Shop, type Sight } from './shop.ts'
import { visit } from './visit.ts'

// The folder with the pictures, for a person to look at.
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

/** Visits all pages in one way (language, size and colours). */
async function lookAt(
  sights: readonly Sight[],
  way: string,
  options: BrowserContextOptions,
  language: Language,
) {
  await withPage({ ...options, locale: languages[language] }, async (page) => {
    for (const sight of sights) await look(page, sight, way, language)
  })
}

/** Visits a page and saves a picture of it. */
async function look(page: Page, sight: Sight, way: string, language: Language): Promise<void> {
  const what = `${sight.name}, ${way}`
  const { status, noticed } = await visit(page, new URL(sight.path, shop.url).href)
  await page.screenshot({ path: join(pictures, `${what}.png`.replaceAll(/[, ]+/g, '-')), fullPage: true })
  expect(noticed.troubles, what).toEqual([])
  expect([status, await page.locator('html').getAttribute('lang')], what).toEqual([sight.status, language])
  expect(await page.locator('h1').textContent(), what).toContain(sight.says[language])
  expect(noticed.bytes, what).toBeLessThan(LIGHT_BYTES)
  weights[sight.name] = Math.max(weights[sight.name] ?? 0, noticed.bytes)
}
const weights: Record<string, number> = {}

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
    sights = [
      ...(await shop.invoiceSights()),
      ...(await shop.trackSights()),
      ...(await shop.paySights()),
      ...(await shop.sessionSights()),
      ...shop.problemSights(),
    ]
  })
  afterAll(() =>
    console.log(`bytes over the wire, at most: ${JSON.stringify(weights)}; pictures are in ${pictures}`),
  )

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

describe('the line for invoices', () => {
  const few = ways.filter(({ options }) => !options.javaScriptEnabled)

  it.each(few)('shows the place, and goes on by itself: $way', async ({ way, options, language }) => {
    await shop.crowd()
    const path = `/pay/${(await shop.held()).code}`
    const says = { id: 'Mohon tunggu', en: 'Please wait' }
    await withPage({ ...options, locale: languages[language] }, async (page) => {
      await look(page, { name: 'pay in line', path, status: 202, says }, way, language)
      await page.waitForURL(/\/xendit\/pay\//, { timeout: 60_000 })
    })
  })
})

describe('the way of a buyer, without a script', () => {
  it('goes from the link of a session to the provider, and back to the session', async () => {
    const { code } = await shop.session({ paid: 27 })
    await withPage({ viewport: widths.phone, javaScriptEnabled: false, locale: 'id-ID' }, async (page) => {
      const heading = page.locator('h1')
      await page.goto(`${shop.url}/s/${code}`)
      expect(await page.locator('label').textContent()).toContain('27 dari minimal 40')
      await page.goto(await shop.joinOver(code, 2))
      expect(page.url()).toContain('/xendit/pay/')
      expect(await heading.textContent()).toMatch(/^Rp.1\d\d\.\d{3}$/)
      await page.getByRole('button', { name: 'BCA' }).click()
      expect(await heading.textContent()).toBe('Pembayaran berhasil')
      // Reloading the page does not pay again, and going back to pay again is refused with a text.
      await page.reload()
      expect(await heading.textContent()).toBe('Pembayaran berhasil')
      await page.goBack()
      await page.getByRole('button', { name: 'BNI' }).click()
      expect(await heading.textContent()).toBe('Tidak dibayar')
      await page.screenshot({ path: join(pictures, 'invoice-paid-twice-phone-id.png') })
      await page.getByRole('link', { name: 'Kembali ke tagihan' }).click()
      await page.getByRole('link', { name: 'Kembali ke toko' }).click()
      expect(await heading.textContent()).toBe('Menunggu konfirmasi')
      await shop.laku.sandbox.settleWebhooks()
      await shop.laku.drain()
      await page.getByText('Sudah dibayar').waitFor({ timeout: 30_000 })
      await page.getByRole('link', { name: 'Lihat grup belanja' }).click()
      // A browser may cache the page for ten seconds.
      await page.reload()
      expect(await page.locator('label').textContent()).toContain('29 dari minimal 40')
    })
  })

  it('leads on to the invoice whoever came back without having paid', async () => {
    const { code } = await shop.held()
    await withPage({ viewport: widths.phone, javaScriptEnabled: false, locale: 'en-GB' }, async (page) => {
      await page.goto(`${shop.url}/pay/${code}?back=1`)
      await page.getByRole('link', { name: 'Bahasa Indonesia' }).click()
      expect(await page.locator('h1').textContent()).toBe('Menunggu konfirmasi')
      await page.getByRole('link', { name: 'Saya belum membayar' }).click()
      expect(page.url()).toContain('/xendit/pay/')
    })
  })
})

describe('the preview of a link', () => {
  it('has a picture that a browser shows at the size that is said', async () => {
    const { code } = await shop.session({ paid: 27 })
    await withPage({ viewport: widths.desktop }, async (page) => {
      await page.goto(`${shop.url}/s/${code}?lang=en`)
      const meta = (name: string) => page.locator(`meta[property="og:${name}"]`).getAttribute('content')
      expect(await meta('title')).toContain('Kaos Polos')
      expect(await meta('description')).toBe(
        'Buy together from Rp 72.500. 1 buyer is in, 27 of at least 40 units.',
      )
      expect(await meta('locale')).toBe('en_US')
      expect(await meta('url')).toBe(`${shop.url}/s/${code}`)
      const picture = (await meta('image')) as string
      const [width, height] = [await meta('image:width'), await meta('image:height')]
      const answer = await page.goto(picture)
      expect(answer?.headers()['content-type']).toBe('image/png')
      const size = await page.evaluate(
        '[document.images[0].complete, document.images[0].naturalWidth, document.images[0].naturalHeight]',
      )
      expect(size).toEqual([true, Number(width), Number(height)])
      await page.screenshot({ path: join(pictures, 'preview.png') })
    })
  })
})

describe('what is looked for', () => {
  it('is found: a page with every trouble is not taken for a good one', async () => {
    const bad = `<style>p{width:2000px;color:#999;margin:0}a{outline:none}i{font-size:8px}div{width:50px;overflow:hidden;white-space:nowrap}section{width:40px;white-space:nowrap}</style>
<section>longer than its box</section>
<p>far too wide</p><div>what is too long is cut</div><a href="/x">x</a><i tabindex="0">tiny</i><img src="http://127.0.0.1:9/elsewhere.png">`
    await withPage({ viewport: widths.phone }, async (page) => {
      await page.route('**/bad', (route) => route.fulfill({ contentType: 'text/html', body: bad }))
      const { noticed } = await visit(page, `${shop.url}/bad`)
      const all = noticed.troubles.join('\n')
      const kinds = [
        'scrolls sideways',
        'no language',
        'no title',
        'not one h1',
        'not one main',
        'no viewport',
        'runs out',
        'is cut by',
        'contrast of 2.8',
        'is small',
        'hard to hit',
        'shows no focus',
        'from elsewhere',
        'says error',
      ]
      for (const kind of kinds) expect(all).toContain(kind)
    })
  })
})
