import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { orderChoreography, Storefront } from '../../../test/storefront.ts'
import type { RawInput } from '../../cli/define/command.ts'
import { CommandContext } from '../../cli/define/context.ts'
import { shipmentStatesByHand, shipmentTransitions } from '../../domain/logistics/index.ts'
import { verbs } from './verbs.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(20)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

/** Runs a command as a script does, and returns the value that --json prints. */
async function run(verb: string, raw: RawInput) {
  const printed: string[] = []
  const stdout = { write: (text: string) => printed.push(text), isTTY: false }
  const streams = { stdout, stderr: { write: () => {}, isTTY: false }, env: {} }
  const context = new CommandContext({ json: true }, { laku, actor: admin, streams: streams as never })
  await verbs.find((candidate) => candidate.name === verb)?.execute(context, raw)
  return JSON.parse(printed.join(''))
}

const choicesOf = (verb: string) =>
  verbs.find((candidate) => candidate.name === verb)?.options.find((option) => option.choices)?.choices

describe('laku shipments', () => {
  it('create books, list and show tell, set-status moves, dry first', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order } = await shop.paidOrder(ana!)
    const made = await run('create', { order: order.code, courier: 'tiki:reg' })
    expect(made).toMatchObject({ status: 'booked', courier: { company: 'tiki', type: 'reg' } })
    expect((await run('list', { order: order.code })).data).toMatchObject([
      { code: made.code, order_code: order.code, status: 'booked' },
    ])
    const moved = { shipment: made.code, status: 'delivered', reason: 'the buyer has it' }
    const dry = await run('set-status', { ...moved, dryRun: true })
    expect(dry.postings.map((posting: { kind: string }) => posting.kind)).toContain('shipment_closed')
    expect(await run('show', { shipment: made.code })).toMatchObject({ status: 'booked' })
    expect(await run('set-status', moved)).toMatchObject({ status: 'delivered' })
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
    await expect(run('set-status', { ...moved, status: 'lost' })).rejects.toMatchObject({
      code: 'kernel.illegal_transition',
    })
  })

  it('track asks the courier now', async () => {
    const [ana] = await shop.market.buyers(1)
    const { order } = await shop.paidOrder(ana!)
    const { code } = await run('create', { order: order.code })
    const { data } = await run('list', { order: order.code })
    await fetch(`${laku.sandbox.url}/control/shipments/${data[0].provider_order_id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'picked' }),
    })
    expect(await run('track', { shipment: code })).toMatchObject({ status: 'picked_up' })
  })

  it('rates are the cheapest first', async () => {
    const { data } = await run('rates', { postalCode: '12730', weight: '800' })
    const prices = data.map((row: { price_idr: number }) => row.price_idr)
    expect(prices.length).toBeGreaterThan(1)
    expect(prices).toEqual(prices.toSorted((a: number, b: number) => a - b))
  })

  it('name the states of the domain', () => {
    expect(choicesOf('list')?.toSorted()).toEqual(Object.keys(shipmentTransitions).sort())
    const setStatus = verbs.find((verb) => verb.name === 'set-status')
    expect(setStatus?.args[1]?.description).toBe(`the new status: ${shipmentStatesByHand.join(', ')}`)
  })
})
