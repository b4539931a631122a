import { stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { HttpClient } from './http-client.ts'
import { until } from './poll.ts'
import { Colleague } from './second-person.ts'

const PIECES = 3
const PRICE_IDR = 120_000
const EMAIL = 'pelunasan@pabrik-batik.example'
const NUMBER = '1234567890'
const ACCOUNT = ['--channel', 'ID_BCA', '--account', NUMBER, '--holder', 'PT Pabrik Batik']

/** A settlement, with the field names of the JSON. */
interface Settled {
  code: string
  status: string
  net_idr: number
  payouts: { key: string; status: string; account: string }[]
}
interface Report {
  settlements: { code?: string; items: number; net_idr: number; status: string }[]
  total_idr: number
}

/**
 * The flow of the last path of the service map (docs/service-map.md). Seven days after an order's delivery,
 * its sale is settled; then the settlement is approved, paid out to the factory and listed in a statement.
 */
export const settlement: Flow = {
  name: 'settlement',
  description: 'A factory is paid what it sold, eight days after the delivery',
  act: async (shop, step, before) => {
    /** Runs a command; the flow fails if the command fails. */
    const run = async <T>(token: string, ...args: string[]): Promise<T> => {
      const answer = await shop.lakuAs<T & { error?: { message: string } }>(token, ...args)
      expectThat(!answer.error, `laku ${args.join(' ')}: ${answer.error?.message}`)
      return answer
    }
    const goods = await step('staff list a product and count 5 pieces in', () =>
      stockGoods(shop, {
        name: 'Kain Batik',
        sku: 'DEMO-BATIK',
        priceIdr: PRICE_IDR,
        stock: 5,
        factoryEmail: EMAIL,
      }),
    )
    const order = await step(
      'Wulan orders 3 pieces and pays by QRIS',
      async () => {
        const buyer = await shop.newBuyer('Wulan')
        const { order: placed, payment } = await buyer.order(goods.variantId, PIECES)
        await buyer.pay(payment, 'QRIS')
        return await until(
          'a booked parcel',
          () => buyer.orderById(placed.id),
          (now) => now.status === 'ready_for_pickup',
        )
      },
      (made) => ({ amountIdr: made.total_idr, detail: made.code }),
    )
    await step('the parcel arrives; what she paid is earned', async () => {
      for (const status of ['picked_up', 'in_transit', 'delivered']) {
        await shop.staff.ask('PATCH', `/api/orders/${order.id}/status`, { status })
      }
    })
    const [sari, budi] = await step('two people of finance come, and enrol their second factors', () =>
      Promise.all([Colleague.hire(shop, 'sari-of-finance'), Colleague.hire(shop, 'budi-of-finance')]),
    )
    const finance = sari.token
    await step("one of them sets the factory's account", () =>
      run(budi.token, 'factories', 'set-bank', goods.factoryId, ...ACCOUNT, '--reason', 'their letter'),
    )
    await step('a day goes by, for the whole shop: when all others are done', async () => {
      await before
      await shop.laku('db', 'shift-clock', '25h')
    })
    await step(
      'the other approves it, with a code of a factor that is a day old',
      async () => {
        const approval = [
          'factories',
          'approve-bank',
          goods.factoryId,
          '--account',
          NUMBER,
          '--reason',
          'called them back',
        ] as const
        await until(
          'a factor that counts',
          () => shop.lakuAs<{ error?: object }>(finance, ...approval, '--dry-run'),
          // The demo shifts laku's clock, which the server reads only once in a while. So the dry run is
          // repeated until it succeeds.
          (dry) => !dry.error,
        )
        await run(finance, ...approval, '--code', sari.code())
      },
      () => ({ detail: '72 hours of cooling-off' }),
    )
    await step('eight days go by', async () => {
      await shop.laku('db', 'shift-clock', '8d')
      await shop.sandbox.ask('POST', '/control/settle')
    })
    const http = new HttpClient(shop.at.http, finance)
    const own = { factory_id: goods.factoryId }
    // The factory gets 95 % of the sales: the default commission of laku's policy is 5 %.
    const shareIdr = PIECES * PRICE_IDR * 0.95
    await step(
      'finance previews',
      () =>
        until(
          `a preview of ${shareIdr}`,
          () => http.ask<Report>('POST', '/api/settlements/preview', own),
          // The demo shifts laku's clock, which the server reads only once in a while. So the preview is
          // repeated until it contains the factory's share.
          (seen) => seen.total_idr === shareIdr,
        ),
      (seen) => ({ amountIdr: seen.total_idr, detail: 'nothing changed' }),
    )
    const code = await step(
      'and calculates',
      async () => (await http.ask<Report>('POST', '/api/settlements', own)).settlements[0]?.code ?? '',
      (made) => ({ detail: made }),
    )
    await step('another person approves and pays', async () => {
      await run(budi.token, 'settle', 'approve', code, '--code', budi.code())
      await run(budi.token, 'settle', 'pay', code, '--confirm', code, '--reason', 'the week is over')
    })
    await step(
      "the provider's webhook confirms it, and the factory has its statement by mail",
      () =>
        until(
          'the statement',
          () =>
            shop.sandbox.ask<{ subject: string; attachments?: { filename: string }[] }[]>(
              'GET',
              `/control/messages?channel=email&to=${EMAIL}`,
            ),
          ([mail]) => mail?.attachments?.[0]?.filename === `${code}.pdf`,
        ),
      ([mail]) => ({ detail: mail?.subject ?? '' }),
    )
    await step(
      'the settlement is paid',
      async () => {
        const shown = await run<Settled>(finance, 'settle', 'show', code)
        expectThat(shown.status === 'paid', `${code} is ${shown.status}, not paid`)
        return shown
      },
      (shown) => ({ amountIdr: shown.net_idr, detail: `to BCA ${shown.payouts[0]?.account}` }),
    )
  },
}
