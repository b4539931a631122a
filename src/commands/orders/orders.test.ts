import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { giveGoodwill } from '../../../test/goodwill.ts'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Buyer } from '../../../test/market.ts'
import { customer, orderChoreography, Storefront } from '../../../test/storefront.ts'
import type { CommandDefinition, RawInput } from '../../cli/define/command.ts'
import { CommandContext } from '../../cli/define/context.ts'
import { requestReturn } from '../../domain/order/index.ts'
import { verbs } from './verbs.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
})
afterAll(() => laku.close())

const buyer = async (): Promise<Buyer> => (await shop.market.buyers(1))[0]!

function command(...path: string[]): CommandDefinition {
  const [noun, verb] = path
  const found = verbs.find((verb) => verb.name === noun)
  const inner = found && 'verbs' in found ? found.verbs.find((candidate) => candidate.name === verb) : found
  if (!inner || 'verbs' in inner) throw new Error(`no command ${path.join(' ')}`)
  return inner
}

/** Runs a command as a script does, and returns the value that --json prints. */
async function run(path: string, raw: RawInput) {
  const printed: string[] = []
  const stdout = { write: (text: string) => printed.push(text), isTTY: false }
  const streams = { stdout, stderr: { write: () => {}, isTTY: false }, env: {} }
  const context = new CommandContext({ json: true }, { laku, actor: admin, streams: streams as never })
  await command(...path.split(' ')).execute(context, raw)
  return JSON.parse(printed.join(''))
}

describe('laku orders', () => {
  it('create places an order for a buyer, at a fee that the courier was asked for', async () => {
    const ana = await buyer()
    const raw = { items: [`${shop.market.variantId}=2`], user: ana.id, reason: 'on the phone' }
    const { order, payment } = await run('create', raw)
    expect(order).toMatchObject({ status: 'pending_payment', user_id: ana.id, goods_idr: 120_000 })
    expect(payment.invoice_url).toMatch(/\/pay\/PAY-/)
    expect((await run('show', { order: order.code })).payments).toHaveLength(1)
    const before = await shop.stock()
    const dry = await run('create', { ...raw, dryRun: true })
    expect(dry).toMatchObject({ dry_run: true, result: { order: { status: 'pending_payment' } } })
    expect(await shop.stock()).toEqual(before)
  })

  it('create lets the wallet pay a part of it, and show says so', async () => {
    const ana = await buyer()
    await laku.system((work) => giveGoodwill(work, ana.id, 5_000))
    const raw = {
      items: [`${shop.market.variantId}=2`],
      user: ana.id,
      walletPart: true,
      reason: 'on the phone',
    }
    const { order, payment } = await run('create', raw)
    expect(payment).toMatchObject({ status: 'pending', wallet_idr: 5_000 })
    expect((await run('show', { order: order.code })).payments).toMatchObject([{ wallet_idr: 5_000 }])
  })

  it('hold and release, and set-status along the states', async () => {
    const { order } = await shop.paidOrder(await buyer())
    const held = await run('hold', { order: order.code, reason: 'no house number' })
    expect(held).toMatchObject({ status: 'on_hold', status_reason: 'no house number' })
    expect(await run('release', { order: order.code })).toMatchObject({ status: 'processing' })
    await expect(run('release', { order: order.code })).rejects.toMatchObject({ code: 'order.not_held' })
    expect(await run('set-status', { order: order.code, status: 'ready_for_pickup' })).toMatchObject({
      status: 'ready_for_pickup',
    })
    await expect(run('set-status', { order: order.code, status: 'completed' })).rejects.toMatchObject({
      exitCode: 2,
    })
  })

  it('cancel calls the booked courier off', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.book(order.id)
    const cancelled = await run('cancel', { order: order.code, reason: 'asked on the phone' })
    expect(cancelled).toMatchObject({ status: 'cancelled', shipment: { status: 'cancelled' } })
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })

  it('returns list, accept and refuse', async () => {
    const ana = await buyer()
    const orders = [
      (await shop.deliveredOrder(ana, 2)).order,
      (await shop.deliveredOrder(ana)).order,
    ] as const
    for (const { id } of orders)
      await laku.as(customer(ana), (work) => requestReturn(work, { order: id, reason: 'defective' }))
    const { data } = await run('returns list', { status: 'requested' })
    expect(data.map((row: { order: { code: string } }) => row.order.code)).toEqual([
      orders[1].code,
      orders[0].code,
    ])
    const sku = orders[0].items[0]!.sku
    const accepted = await run('returns accept', { return: orders[0].code, writeOff: sku })
    expect(accepted).toMatchObject({ status: 'accepted', items: [{ condition: 'written_off' }] })
    const refused = await run('returns refuse', { return: data[0].id, reason: 'worn' })
    expect(refused).toMatchObject({ status: 'refused', decision_note: 'worn' })
  })
})
