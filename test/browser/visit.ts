import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'

const inspection = await readFile(new URL('inspect-page.js', import.meta.url), 'utf8')

/** The observations made while a page was open. */
export interface Noticed {
  troubles: string[]
  /** The number of bytes that were loaded, as sent over the network and without headers. */
  bytes: number
}

export interface Visit {
  status: number | undefined
  noticed: Noticed
}

/**
 * Collects sentences about what goes wrong on this page from now on: messages in its console, and requests to
 * other hosts.
 */
export function watch(page: Page, url: string): string[] {
  const troubles: string[] = []
  const { origin } = new URL(url)
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return
    // Chromium reports every answer that is not 2xx. For the page itself such an answer is expected, and its
    // status is checked separately.
    if (message.location().url === page.url() && message.text().startsWith('Failed to load resource')) return
    troubles.push(`says ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`throws ${error.message}`))
  page.on('request', (request) => {
    const from = new URL(request.url())
    if (from.protocol !== 'data:' && from.origin !== origin)
      troubles.push(`loads from elsewhere: ${from.href}`)
  })
  return troubles
}

/**
 * Opens an address and returns the observations: troubles, the bytes loaded, and the findings of
 * `inspect-page.js`.
 */
export async function visit(page: Page, url: string): Promise<Visit> {
  const troubles = watch(page, url)
  const loads: Promise<number>[] = []
  page.on('requestfinished', (request) => {
    loads.push(request.sizes().then((sizes) => sizes.responseBodySize))
  })
  const response = await page.goto(url, { waitUntil: 'load' })
  troubles.push(...((await page.evaluate(inspection)) as string[]))
  troubles.push(...(await focusTroubles(page)))
  const bytes = (await Promise.all(loads)).reduce((sum, item) => sum + item, 0)
  page.removeAllListeners()
  return { status: response?.status(), noticed: { troubles, bytes } }
}

const FOCUSED = `(() => {
  const { activeElement: at } = document
  if (!at || at === document.body) return undefined
  const { outlineStyle, outlineWidth } = getComputedStyle(at)
  const all = [...document.querySelectorAll('a[href], button, input, select')]
  return { place: all.indexOf(at), of: all.length, seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }
})()`

/**
 * Checks that a person who uses the keyboard reaches every control in the order of the page, and sees which
 * control has the focus.
 */
async function focusTroubles(page: Page): Promise<string[]> {
  const troubles: string[] = []
  const order: number[] = []
  let of = 0
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab')
    const at = (await page.evaluate(FOCUSED)) as { place: number; of: number; seen: boolean } | undefined
    if (!at || at.place < (order.at(-1) ?? -1)) break
    if (order.at(-1) === at.place) break
    if (!at.seen) troubles.push(`shows no focus on link ${at.place}`)
    order.push(at.place)
    of = at.of
  }
  await page.evaluate('document.activeElement?.blur()')
  const wanted = Array.from({ length: of }, (_, i) => i)
  if (order.join() !== wanted.join()) troubles.push(`has the focus order ${order.join()} of ${of}`)
  return troubles
}
