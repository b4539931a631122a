import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { staff } from '../../../test/staff.ts'
import { fulfilDemand } from '../../domain/group-buying/index.ts'
import { commandHouse } from '../command-house.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
  market = await Market.open(laku)
})
afterAll(() => laku.close())

interface Shown {
  id: string
  code: string
  status: string
  items: { sku: string; quantity: number; received: number; damaged: number }[]
  receipts: { kind: string; pieces: number; note: string | null }[]
}

const ask = <T = Shown>(...words: string[]) => askLaku<T>(laku, ['purchase-orders', ...words])
const errorOf = async (...words: string[]) => {
  const { exitCode, stdout } = await runLaku(laku, ['purchase-orders', ...words, '--json'])
  return [exitCode, JSON.parse(stdout).error.code]
}

describe('laku purchase-orders', () => {
  it('makes, sends, confirms, receives and closes a purchase order', async () => {
    const made = await ask('create', '--line', `${market.sku}=6`, '--line', `${market.otherSku}=4`)
    expect(made.status).toBe('draft')
    const { code } = made
    expect(await ask('send', code)).toMatchObject({ status: 'sent' })
    expect(await ask('confirm', code, '--reason', 'called them')).toMatchObject({ status: 'confirmed' })
    expect(await ask('confirm', code, '--shipped')).toMatchObject({ status: 'shipped' })
    const counts = ['--line', `${market.sku}=4,1`, '--line', `${market.otherSku.toLowerCase()}=0,2`]
    expect(await ask('receive', code, ...counts, '--delivery-note', 'SJ-9')).toMatchObject({
      status: 'partially_received',
    })
    await ask('receive', code, ...counts, '--delivery-note', 'SJ-9')
    expect(await ask('receive', code, '--all')).toMatchObject({ status: 'received' })
    expect(await ask('close', code)).toMatchObject({ status: 'closed' })
    const shown = await ask('show', code.toLowerCase())
    expect(shown.items.map(({ received, damaged }) => [received, damaged]).sort()).toEqual([
      [4, 2],
      [6, 1],
    ])
    expect(shown.receipts).toHaveLength(6)
    expect(shown.receipts.filter((row) => row.note === 'SJ-9')).toHaveLength(4)
    const people = await runLaku(laku, ['purchase-orders', 'show', code])
    expect(people.stdout).toMatch(/Items[\s\S]+owed[\s\S]+Receipts[\s\S]+SJ-9/)
  })

  it('answers to its former name, in the audit log as well, and to a laku that is older than its server', async () => {
    const { code } = await askLaku<Shown>(laku, ['pos', 'create', '--line', `${market.sku}=1`])
    expect(await askLaku<Shown>(laku, ['pos', 'show', code])).toMatchObject({ code, status: 'draft' })
    expect((await runLaku(laku, ['--help'])).stdout).not.toMatch(/\bpos\b/)
    expect(await commandHouse.find(['pos', 'list'])).toMatchObject({ reads: true, shownOnce: false })
    const logged = async (name: string) =>
      (await askLaku<{ data: { command: string }[] }>(laku, ['audit', 'list', '--command', name])).data
    expect((await logged('pos create'))[0]).toMatchObject({ command: 'purchase-orders create' })
    expect(await logged('purchase-orders')).toEqual(await logged('pos'))
    expect(await logged('purchase')).toEqual([])
  })

  it('lists those of a session, and rolls a dry run back', async () => {
    const buyers = await market.buyers(1)
    const session = await market.session({ moq: 50 })
    await market.joinAndPay(buyers, session.id, 50)
    const { purchaseOrder } = await laku.system((work) => fulfilDemand(work, { sessionId: session.id }))
    const { data } = await ask<{ data: Shown[] }>('list', '--session', session.code, '--status', 'sent')
    expect(data.map((shown) => shown.code)).toEqual([purchaseOrder?.code])
    const dry = await ask<{ dry_run: boolean; result: Shown }>('receive', data[0]!.code, '--all', '--dry-run')
    expect([dry.dry_run, dry.result.status]).toEqual([true, 'received'])
    expect(await ask('show', data[0]!.code)).toMatchObject({ status: 'sent', receipts: [] })
    expect(await errorOf('create', '--session', session.code, '--line', `${market.sku}=1`)).toEqual([
      5,
      'warehouse.session_has_purchase_order',
    ])
    const stock = await askLaku<{ on_the_way: number }>(laku, ['stock', 'show', market.sku])
    expect(stock.on_the_way).toBe(data[0]!.items[0]!.quantity)
    const cancelled = await ask('cancel', data[0]!.code, '--reason', 'no cloth')
    expect(cancelled).toMatchObject({ status: 'cancelled', status_reason: 'no cloth' })
    // The command that the attention item suggests exists and works.
    const again = await askLaku<{ purchase_order: Shown }>(laku, ['sessions', 'fulfil', session.code])
    expect(again.purchase_order.status).toBe('sent')
  })

  it('says what is wrong, with the exit code of its kind', async () => {
    const { code } = await ask('create', '--line', `${market.sku}=2`, '--send')
    expect(await errorOf('show', 'PO-000000-AAAAAA')).toEqual([3, 'warehouse.purchase_order_not_found'])
    expect(await errorOf('close', code)).toEqual([5, 'kernel.illegal_transition'])
    expect(await errorOf('receive', code, '--line', `${market.sku}=3`)).toEqual([
      5,
      'warehouse.over_received',
    ])
    for (const wrong of [['--line', `${market.sku}=x`], [], ['--all', '--line', `${market.sku}=1`]]) {
      const { exitCode } = await runLaku(laku, ['purchase-orders', 'receive', code, ...wrong, '--json'])
      expect(exitCode).toBe(2)
    }
    expect((await runLaku(laku, ['purchase-orders', 'cancel', code, '--json'])).exitCode).toBe(2)
    const support = staff('support')
    expect(
      (await runLaku(laku, ['purchase-orders', 'receive', code, '--all', '--json'], support)).exitCode,
    ).toBe(4)
  })
})
