import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SessionView } from '../../src/domain/group-buying/index.ts'
import { TerminalShop } from './terminal-shop.ts'

let shop: TerminalShop
beforeAll(async () => {
  shop = await TerminalShop.open()
}, 120_000)
afterAll(() => shop?.close())

const lineOf = (screen: string, session: SessionView) => {
  const lines = screen.split('\n')
  return lines[lines.findIndex((line) => line.startsWith(session.code)) + 1] ?? ''
}
const bar = (line: string) => /[█▒░]+/.exec(line)?.[0] ?? ''
const count = (text: string, sign: string) => text.split(sign).length - 1

it.each([
  [80, 'q'],
  [140, 'C-c'],
])('at %i columns sessions watch follows a join and its payment, and %s ends it', async (columns, endKey) => {
  const session = await shop.market.session({ moq: 4, endsInS: 2 * 86_400 + 3 * 3_600 })
  const [first, second] = await shop.market.buyers(2)
  if (!first || !second) throw new Error('no buyers')
  await shop.market.joinAndPay([first], session.id)
  const terminal = await shop.terminal({ columns, rows: 24 })
  terminal.type('echo before')
  terminal.begin('sessions watch --every 1')
  const told = (what: string) => terminal.see(new RegExp(`^${session.code} .*\\n.*${what}`, 'm'))
  const begun = lineOf(await told('1 of 4 paid, 0 held'), session)
  expect(begun).toMatch(/Rp 60\.000 in escrow {2}2d 0[23]h left$/)
  expect(count(bar(begun), '█')).toBe(Math.floor(bar(begun).length / 4))
  expect(count(bar(begun), '▒')).toBe(0)

  const { payment } = await shop.market.join(second, session.id, 2)
  const held = lineOf(await told('1 of 4 paid, 2 held'), session)
  expect(count(bar(held), '█')).toBe(count(bar(begun), '█'))
  expect(count(bar(held), '▒')).toBeGreaterThan(0)
  await shop.market.pay(payment.id)
  const paid = lineOf(await told('3 of 4 paid, 0 held'), session)
  expect(paid).toContain('Rp 170.000 in escrow')
  expect(count(bar(paid), '█')).toBe(Math.floor((bar(paid).length * 3) / 4))
  expect(terminal.brokenLines()).toEqual([])
  expect(terminal.isOrdinary()).toBe(false)

  terminal.key('x')
  terminal.key(endKey)
  const { exitCode } = await terminal.ended()
  expect(exitCode).toBe(0)
  expect(terminal.isOrdinary()).toBe(true)
  // The last picture remains, the pressed keys were not printed, and typed text is visible again.
  expect(await told('3 of 4 paid, 0 held')).not.toMatch(/^x/m)
  terminal.type('echo after')
  await terminal.see(/^\$ echo after\nafter$/m)
})

it('draws itself anew when the terminal changes its size, and shows no more sessions than it has lines for', async () => {
  for (let made = 0; made < 12; made++) await shop.market.session({ moq: 10 })
  const terminal = await shop.terminal({ columns: 140, rows: 30 })
  terminal.begin('sessions watch --every 600')
  const codes = (screen: string) => count(screen, 'GBS-')
  expect(codes(await terminal.see('ends the watch'))).toBeGreaterThanOrEqual(12)
  terminal.resize({ columns: 80, rows: 12 })
  const small = await terminal.see(/^sessions at .*\n(.*\n){8}\nq or Ctrl-C ends the watch$/m)
  expect(codes(small)).toBe(4)
  expect(terminal.brokenLines()).toEqual([])
  terminal.key('q')
  expect((await terminal.ended()).exitCode).toBe(0)
})

it('says what does not exist before it takes the screen', async () => {
  const terminal = await shop.terminal({ columns: 80, rows: 24 })
  const { exitCode, screen } = await terminal.run('sessions watch GBS-261126-NOTHING')
  expect(exitCode).toBe(3)
  expect(screen).toMatch(/^laku: /m)
  expect(terminal.recorded()).not.toContain('\u001b[?1049h')
})
