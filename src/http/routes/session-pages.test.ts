import { gunzipSync, inflateSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market, type SessionTerms } from '../../../test/market.ts'
import { cancelSession } from '../../domain/group-buying/index.ts'
import { buildServer } from '../server.ts'

const hostile = `</title><script>alert(1)</script>"><img src=x onerror='alert(2)'>&amp;`

describe('the page of a session', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let market: Market
  beforeAll(async () => {
    laku = await openTestLaku()
    app = await buildServer(laku)
    market = await Market.open(laku)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const running = async (terms: SessionTerms = {}) => {
    const tiers = [
      { minUnits: 1, unitPriceIdr: 50_000 },
      { minUnits: 10, unitPriceIdr: 45_000 },
    ]
    const session = await market.session({
      moq: 4,
      capacity: 20,
      closePolicy: 'at_deadline',
      tiers,
      ...terms,
    })
    const [paying, holding] = await market.buyers(2)
    await market.joinAndPay([paying!], session.id, 3)
    await market.join(holding!, session.id, 2)
    return session
  }
  const named = (name: string) =>
    laku.db.updateTable('products').set({ name }).where('id', '=', market.productId).execute()
  const factsIn = (page: string) =>
    Object.fromEntries(
      [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, term, fact]) => [
        term,
        fact?.replaceAll(/<[^>]+>/g, ''),
      ]),
    )

  it('says what is sold, at which prices, who is in, what is missing and for how long', async () => {
    const session = await running({ endsInS: 2 * 86_400 + 3 * 3_600 + 120 })
    const page = await get(`/s/${session.code.toLowerCase()}`)
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.body).toContain('<html lang="id">')
    expect(page.body).toContain('<h1>Kaos</h1>')
    expect(page.body).toContain('<progress max="4" value="3">')
    expect(page.body).toContain('Kurang 1 barang lagi')
    expect(factsIn(page.body)).toMatchObject({
      'Pembeli yang ikut': '1',
      'Sisa barang': '15',
      'Menunggu pembayaran': '2',
      'Sisa waktu': '2 hari 3 jam',
      Berakhir: expect.stringMatching(/WIB$/),
    })
    expect(page.body).toMatch(
      /class="now"[^>]*><th scope="row">mulai 1 barang<small>harga grup saat ini<\/small><\/th><td>Rp.50\.000/,
    )
    expect(page.body).toMatch(/<tr><th scope="row">mulai 10 barang<\/th><td>Rp.45\.000/)
  })

  it('issue 11, case 13: shows from which to which price the variants are, and marks the one tier that is reached', async () => {
    const own = (large: number) => [
      { variant: market.variantId, unitPriceIdr: 50_000 },
      { variant: market.otherVariantId, unitPriceIdr: large },
    ]
    const tiers = [
      { minUnits: 1, variantPrices: own(58_000) },
      { minUnits: 3, variantPrices: own(55_000) },
      { minUnits: 10, variantPrices: own(52_000) },
    ]
    const { code } = await running({ tiers })
    const { body } = await get(`/s/${code}`)
    expect(body.match(/aria-current="true"/g)).toHaveLength(1)
    expect(body).toMatch(
      /class="now"[^>]*><th scope="row">mulai 3 barang.*?<td>Rp.50\.000 – Rp.55\.000<\/td>/,
    )
    const text = body.replaceAll(/<[^>]+>/g, '')
    expect(text).toMatch(/Rp.50\.000 – Rp.55\.000 per barang/)
    expect(text).toMatch(/turun sampai Rp.50\.000 – Rp.52\.000 bila terjual 10/)
    expect(text).toMatch(/membayar Rp.50\.000 – Rp.58\.000 dulu/)
  })

  it.each([
    ['?lang=en', {}, 'en'],
    ['?lang=id&utm_source=x', { 'accept-language': 'en' }, 'id'],
    ['', { 'accept-language': 'de, en-GB;q=0.8, id;q=0.3' }, 'en'],
    ['', { 'accept-language': 'en;q=0, id' }, 'id'],
    ['', { 'accept-language': 'fr' }, 'id'],
    ['?lang=xx', { 'accept-language': 'en' }, 'en'],
  ])('speaks the language that is asked for: %s %j', async (query, headers, language) => {
    const { code } = await market.session()
    const page = await get(`/s/${code}${query}`, headers as Record<string, string>)
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain(`<html lang="${language}">`)
    expect(page.body).toContain(language === 'en' ? 'Time left' : 'Sisa waktu')
    expect(page.headers).toMatchObject({
      'content-language': language,
      vary: expect.stringMatching(/accept-language/i),
    })
  })

  it('prints nothing of a hostile name as markup, in the page and in its preview', async () => {
    await named(hostile)
    const page = await get(`/s/${(await market.session()).code}`)
    await named('Kaos')
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toMatch(/<script|<img|onerror='/)
    const printed =
      '&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;'
    expect(page.body.split(printed)).toHaveLength(4)
  })

  it('lets no script in and nothing from elsewhere, and its own style pass', async () => {
    const page = await get(`/s/${(await market.session()).code}`)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src 'self';/)
    // Only a click on the link leads to WhatsApp; the page loads nothing from there.
    expect(page.body).toMatch(/<a [^>]*href="https:\/\/wa\.me\/\?text=[^"]*laku\.test%2Fs%2FGBS-/)
    const loaded = page.body.replaceAll('<a class="button" href="https://wa.me/', '')
    expect(loaded).not.toMatch(/<script|style="|https?:\/\/(?!laku\.test)/)
    const style = /<style>([\s\S]*)<\/style>/.exec(page.body)?.[1] ?? ''
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    expect(policy).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`)
    const packed = await get(`/s/${(await market.session()).code}`, { 'accept-encoding': 'gzip, br' })
    expect(gunzipSync(packed.rawPayload).toString()).toContain('<h1>Kaos</h1>')
    expect(packed.rawPayload.length).toBeLessThan(3_000)
    expect(page.body.length).toBeLessThan(8_000)
  })

  it('has a preview with a picture that is a whole PNG', async () => {
    const { code } = await running()
    const { body } = await get(`/s/${code}`)
    const meta = Object.fromEntries(
      [...body.matchAll(/<meta (?:property|name)="([\w:]+)" content="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    )
    expect(meta).toMatchObject({
      'og:title': 'Kaos',
      'og:url': `http://laku.test/s/${code}`,
      'og:image': `http://laku.test/s/${code}/picture.png`,
      'og:locale': 'id_ID',
      'og:description': expect.stringContaining('3 dari minimal 4'),
    })
    const picture = await get(`/s/${code}/picture.png`)
    expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/png'])
    const png = picture.rawPayload
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
    expect([String(width), String(height)]).toEqual([meta['og:image:width'], meta['og:image:height']])
    const at = png.indexOf('IDAT')
    const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
    expect(pixels).toHaveLength((width + 1) * height)
    const row = pixels.subarray((width + 1) * 240, (width + 1) * 241)
    expect([row.filter((value) => value === 3).length, row.filter((value) => value === 2).length]).toEqual([
      390, 130,
    ])
  })

  it('says how a session ended', async () => {
    const cancelled = await market.session()
    await laku.as(admin, (work) => cancelSession(work, { sessionId: cancelled.id }))
    // Nobody had paid, so nothing must be refunded.
    expect((await get(`/s/${cancelled.code}?lang=en`)).body).toContain('Did not go ahead')

    const reached = await market.session({ moq: 2, closePolicy: 'at_moq' })
    await market.joinAndPay(await market.buyers(2), reached.id)
    const page = (await get(`/s/${reached.code}`)).body
    expect(page).toContain('Berhasil')
    expect(page).not.toContain('http-equiv="refresh"')
    expect(Object.keys(factsIn(page))).not.toContain('Sisa waktu')

    const full = await market.session({ moq: 2, capacity: 2, closePolicy: 'at_deadline' })
    await market.join((await market.buyers(1))[0]!, full.id, 2)
    expect((await get(`/s/${full.code}`)).body).toContain('Penuh')

    const over = await market.session({ endsInS: 60 })
    laku.clock.shift(120)
    expect((await get(`/s/${over.code}?lang=en`)).body).toContain('Time is over')
  })

  it('does not show drafts, nor what does not exist', async () => {
    const draft = await market.session({ status: 'draft' })
    for (const code of [draft.code, draft.id, 'GBS-NOTHING', '%3Cscript%3E']) {
      const page = await get(`/s/${code}?lang=en`)
      expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
      expect(page.body).toContain('<h1>Not found</h1>')
      expect(page.body).not.toContain('<script>')
      expect((await get(`/s/${code}/picture.png`)).statusCode).toBe(404)
    }
  })

  it('speaks of payments in both languages too', async () => {
    expect((await get('/pay/PAY-1?lang=en')).body).toContain('<h1>Not found</h1>')
    expect((await get('/pay/PAY-1')).body).toContain('<h1>Tidak ditemukan</h1>')
  })
})
