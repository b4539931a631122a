import { openSession, type SessionAnswer, stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { until } from './poll.ts'

const WAITS = 'refunds_wait_for_balance'
const FLOAT_IDR = 500_000

/**
 * The flow of path 3 of the service map (docs/service-map.md): a session expires below its MOQ, and all its
 * buyers are refunded.
 */
export const groupFailed: Flow = {
  name: 'group-failed',
  description: 'Two buyers pay, the session of 10 runs out of time, both are refunded',
  act: async (shop, step) => {
    const goods = await step('staff list a product', () =>
      stockGoods(shop, { name: 'Botol Minum', sku: 'DEMO-BOTOL', priceIdr: 90_000, stock: 0 }),
    )
    const buyers = await step('Rina and Joko log in', () =>
      Promise.all(['Rina', 'Joko'].map((name) => shop.newBuyer(name))),
    )
    const [rina, joko] = buyers as [(typeof buyers)[number], (typeof buyers)[number]]
    const session = await step(
      'staff open a session with an MOQ of 10, for 6 seconds',
      () => openSession(shop, goods, { moq: 10, unitPriceIdr: 75_000, endsInS: 6 }),
      (made) => ({ detail: made.code }),
    )
    const joins = await step(
      'both join',
      () => Promise.all([rina.join(session.id, goods.variantId), joko.join(session.id, goods.variantId, 2)]),
      (all) => ({ amountIdr: all[0].payment.amount_idr + all[1].payment.amount_idr }),
    )
    await step(
      'Rina pays by DANA, Joko by a BCA virtual account',
      async () => {
        await Promise.all([rina.pay(joins[0].payment, 'DANA'), joko.pay(joins[1].payment, 'BCA')])
        await until(
          'both payments to be confirmed',
          () => Promise.all([rina.paymentById(joins[0].payment.id), joko.paymentById(joins[1].payment.id)]),
          (both) => both.every((payment) => payment.status === 'paid'),
        )
      },
      () => ({ detail: 'into escrow' }),
    )
    await step(
      'time runs out at 3 of 10 units; what was paid is not settled yet, so the refund waits for float',
      () =>
        until(
          'the refund to wait',
          () => shop.laku<{ data: { message: string }[] }>('attention', 'list', '--kind', WAITS),
          ({ data }) => data.length > 0,
        ),
      ({ data }) => ({ detail: data[0]?.message ?? '' }),
    )
    await step('staff top the account at the provider up', () =>
      shop.sandbox.ask('PUT', '/control/balance', { spendable_idr: FLOAT_IDR }),
    )
    await step(
      'the session fails and refunds',
      () =>
        until(
          'the refunds',
          () => shop.staff.ask<SessionAnswer>('GET', `/api/group-sessions/${session.id}`),
          (now) => now.status === 'refunded',
        ),
      (now) => ({ detail: now.status }),
    )
    await step(
      "Rina's DANA gets it back at the source",
      () =>
        until(
          'the refund',
          () => rina.paymentById(joins[0].payment.id),
          (payment) => payment.status === 'refunded',
        ),
      (payment) => ({ amountIdr: payment.amount_idr }),
    )
    await step(
      "a virtual account cannot be refunded: Joko's money is in his wallet",
      async () => {
        const walletIdr = await joko.walletIdr()
        expectThat(
          walletIdr === joins[1].payment.amount_idr,
          `Joko's wallet holds ${walletIdr}, not ${joins[1].payment.amount_idr}`,
        )
        return walletIdr
      },
      (walletIdr) => ({ amountIdr: walletIdr }),
    )
    await step(
      'both are told on WhatsApp',
      () =>
        until(
          'the notices of the refund',
          () => Promise.all(buyers.map((buyer) => buyer.messages())),
          (inboxes) =>
            inboxes.every((messages) =>
              messages.some((message) => /dana|refund|dikembalikan/i.test(message.body)),
            ),
        ),
      (inboxes) => ({ detail: `${inboxes.flat().length} messages` }),
    )
  },
}
