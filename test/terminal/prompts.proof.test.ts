import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { askLaku } from '../command-line.ts'
import { digest } from '../digest.ts'
import { enrol } from '../staff.ts'
import type { Terminal } from './terminal.ts'
import { TerminalShop } from './terminal-shop.ts'

let shop: TerminalShop
beforeAll(async () => {
  shop = await TerminalShop.open()
}, 120_000)
afterAll(() => shop?.close())

/** A command that was begun is recorded, whatever it did. */
const runs = ['public.command_runs', 'public.command_run_lines']

const statusOf = async (...words: string[]) => (await askLaku<{ status: string }>(shop.laku, words)).status

describe.each([80, 140])('at %i columns', (columns) => {
  let terminal: Terminal
  beforeAll(async () => {
    terminal = await shop.terminal({ columns, rows: 30 })
  })
  let order: string
  let session: string
  beforeEach(async () => {
    const [buyer] = await shop.market.buyers(1)
    if (!buyer) throw new Error('no buyer')
    order = (await shop.front.paidOrder(buyer)).order.code
    session = (await shop.market.session({ moq: 5 })).code
    await shop.market.joinAndPay(
      [buyer],
      (await askLaku<{ id: string }>(shop.laku, ['sessions', 'show', session])).id,
    )
  })

  it('asks for an argument and a reason that were left out, and does it', async () => {
    terminal.begin('orders hold')
    await terminal.see(/\? order \(.*code.*\):/)
    terminal.type(order)
    await terminal.see('Why? (kept in the audit log)')
    terminal.type('the buyer called')
    const { exitCode, screen } = await terminal.ended()
    expect(screen).toContain(order)
    expect(exitCode).toBe(0)
    expect(await statusOf('orders', 'show', order)).toBe('on_hold')
    const { data } = await askLaku<{ data: object[] }>(shop.laku, ['audit', 'list'])
    expect(data).toContainEqual(
      expect.objectContaining({ actor_name: 'dewi', command: 'orders hold', reason: 'the buyer called' }),
    )
  })

  it('lets one of the known answers be chosen with the arrows', async () => {
    const name = `budi-${columns}`
    terminal.begin(`auth staff add ${name}`)
    const asked = await terminal.see(/❯ [a-z]+/)
    const choices = asked.split('\n').flatMap((line) => /^[❯ ] ([a-z]+)$/.exec(line)?.[1] ?? [])
    expect(choices).toContain('finance')
    for (let at = 0; at < choices.indexOf('finance'); at++) terminal.key('Down')
    await terminal.see('❯ finance')
    terminal.key('Enter')
    expect((await terminal.ended()).exitCode).toBe(0)
    const { data } = await askLaku<{ data: object[] }>(shop.laku, ['auth', 'staff', 'list'])
    expect(data).toContainEqual(expect.objectContaining({ name, role: 'finance' }))
  })

  it('makes a severe change only when its code was typed', async () => {
    terminal.begin(`sessions cancel ${session} --reason "no goods"`)
    const asked = await terminal.see(`Type ${session} to go on:`)
    expect(asked).toMatch(/Rp 60\.000 in\s+escrow\.\nType/)
    expect(terminal.brokenLines()).toEqual([])
    const before = await digest(shop.laku.ownerUrl, runs)
    terminal.type('yes')
    const refused = await terminal.ended()
    expect(refused.exitCode).toBe(2)
    expect(refused.screen).toContain('nothing was changed')
    expect(await digest(shop.laku.ownerUrl, runs)).toEqual(before)
    terminal.begin(`sessions cancel ${session} --reason "no goods"`)
    await terminal.see(`Type ${session} to go on:`)
    terminal.type(session.toLowerCase())
    expect((await terminal.ended()).exitCode).toBe(0)
    expect(['cancelled', 'refunded']).toContain(await statusOf('sessions', 'show', session))
  })

  it.each<[string, () => string, RegExp]>([
    ['an argument', () => 'orders hold', /\? order/],
    ['a reason', () => `orders hold ${order}`, /Why\?/],
    ['a code', () => `sessions cancel ${session} --reason x`, /to go on:/],
  ])('Ctrl-C when it asks for %s ends with 2, and nothing was changed', async (_, words, question) => {
    const before = await digest(shop.laku.ownerUrl, runs)
    terminal.begin(words())
    await terminal.see(question)
    terminal.key('C-c')
    const { exitCode, screen } = await terminal.ended()
    expect(exitCode).toBe(2)
    expect(screen).toMatch(/^laku: .*nothing was changed$/m)
    expect(screen).not.toContain('at async')
    expect(terminal.isOrdinary()).toBe(true)
    expect(await digest(shop.laku.ownerUrl, runs)).toEqual(before)
  })

  it('asks nobody with --yes', async () => {
    const { exitCode, screen } = await terminal.run('orders hold --yes')
    expect(exitCode).toBe(2)
    expect(screen).toContain('<order> is missing')
  })
})

it('shows nothing of a token that is typed, and keeps it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'laku-login-'))
  const { token } = await enrol(shop.laku, 'support', 'rudi')
  const own = { LAKU_TOKEN: '', LAKU_SERVER: '', XDG_CONFIG_HOME: folder }
  const terminal = await shop.terminal({ columns: 80, rows: 30 }, own)
  terminal.begin(`login --server ${shop.url}`)
  await terminal.see(/\? .*token/i)
  terminal.type(token)
  const { exitCode, screen } = await terminal.ended()
  expect(screen).toContain('rudi')
  expect(exitCode).toBe(0)
  expect(terminal.recorded()).not.toContain(token)
  expect((await terminal.run('auth whoami')).screen).toContain('rudi')
  rmSync(folder, { recursive: true })
})
