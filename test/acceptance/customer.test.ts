import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession, stockGoods } from '../../src/commands/demo/catalogue.ts'
import { until } from '../../src/commands/demo/poll.ts'
import { Shop } from '../../src/commands/demo/shop.ts'

const run = promisify(execFile)

/** Calls curl as a person would type it. Returns the body, and the target of a redirect. */
async function curl<T>(method: string, url: string, body?: object, token?: string): Promise<T> {
  const args = ['-sS', '--max-time', '20', '-X', method, '-w', '\n%{redirect_url}', url]
  if (body) args.push('-H', 'content-type: application/json', '-d', JSON.stringify(body))
  if (token) args.push('-H', `authorization: Bearer ${token}`)
  const { stdout } = await run('curl', args)
  const [text = '', redirect] = [
    stdout.slice(0, stdout.lastIndexOf('\n')),
    stdout.slice(stdout.lastIndexOf('\n') + 1),
  ]
  return (redirect ? redirect : JSON.parse(text)) as T
}

describe('a customer with curl alone', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await Shop.open()
  }, 60_000)
  afterAll(() => shop.close())

  it('goes from the code on WhatsApp to the order', async () => {
    const goods = await stockGoods(shop, { name: 'Kaos', sku: 'CURL', priceIdr: 60_000, stock: 3 })
    const session = await openSession(shop, goods, { moq: 1, unitPriceIdr: 50_000, endsInS: 600 })
    const { http, sandbox } = shop.at
    const phone = '+6281290001122'

    const otp = await curl<{ challenge_id: string; expires_in_s: number }>('POST', `${http}/api/auth/otp`, {
      phone,
    })
    expect(otp.expires_in_s).toBe(300)
    const [message] = await until(
      'the code',
      () =>
        curl<{ code?: string }[]>(
          'GET',
          `${sandbox}/control/messages?channel=whatsapp&to=${encodeURIComponent(phone)}`,
        ),
      (messages) => messages[0]?.code !== undefined,
    )
    const login = await curl<{
      access_token: string
      refresh_token: string
      user: { phone: string; name: string }
    }>('POST', `${http}/api/auth/otp/verify`, {
      challenge_id: otp.challenge_id,
      code: message?.code,
      name: 'Putri',
    })
    expect(login.user).toMatchObject({ phone, name: 'Putri' })
    const token = login.access_token
    const address = await curl<{ id: string }>(
      'POST',
      `${http}/api/addresses`,
      {
        label: 'Kantor',
        recipient_name: 'Putri',
        phone,
        street: 'Jl. Thamrin 1',
        district: 'Menteng',
        city: 'Jakarta Pusat',
        province: 'DKI Jakarta',
        postal_code: '10310',
      },
      token,
    )
    const join = await curl<{
      participation: { total_idr: number; shipping_idr: number }
      payment: { invoice_url: string; amount_idr: number }
    }>(
      'POST',
      `${http}/api/group-sessions/${session.id}/join`,
      { items: [{ variant_id: goods.variantId, quantity: 1 }], address_id: address.id },
      token,
    )
    expect(join.participation.total_idr).toBe(50_000 + join.participation.shipping_idr)
    expect(join.payment.amount_idr).toBe(join.participation.total_idr)
    const page = await curl<string>('GET', join.payment.invoice_url)
    expect(page).toContain(`${sandbox}/xendit/pay/`)
    await curl('POST', page, { channel: 'OVO' })
    const orders = await until(
      'the order',
      () =>
        curl<{ data: { code: string; status: string; total_idr: number }[] }>(
          'GET',
          `${http}/api/orders`,
          undefined,
          token,
        ),
      (list) => list.data[0]?.status === 'ready_for_pickup',
    )
    expect(orders.data).toMatchObject([
      { code: expect.stringMatching(/^ORD-/), total_idr: join.participation.total_idr },
    ])
  }, 60_000)
})
