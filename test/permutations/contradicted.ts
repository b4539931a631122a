import { expect } from 'vitest'
import { DomainError } from '../../src/domain/kernel/index.ts'
import { familyTotals } from '../../src/domain/ledger/index.ts'
import { type BookContext, readProviderBook, reconcileGateway } from '../../src/domain/payment/index.ts'
import type { TestLaku } from '../laku.ts'

/**
 * The updates of a first call that timed out after the provider had accepted it. The object is looked up, and
 * the provider reports these states, in any order.
 */
export const update = [
  'sent',
  'SUCCEEDED',
  'FAILED',
  'REVERSED',
  'SUCCEEDED again',
  'another amount',
] as const
export type Update = (typeof update)[number]

/** The number of histories that run side by side, so that their timeouts pass together. */
const AT_ONCE = 24
/** The time (s) after which even the longest automatic retry is due. */
export const RETRY_AFTER_S = 3 * 3600 + 1

export interface AtProvider {
  id: string
  reference_id: string
  status: string
  amount: number
}

/** A paid settlement or a refund: its id in laku, and the code in the provider's references. */
export interface Subject {
  id: string
  code: string
}

/** The kind of objects that laku requests from the provider: payouts or refunds. */
export interface Asked {
  /** The amount of each object (IDR), and another amount that the provider may report. */
  askedIdr: number
  otherIdr: number
  /** Begins this many objects whose first call is sent and whose answer never arrives. */
  begin(count: number): Promise<Subject[]>
  atProvider(): Promise<AtProvider[]>
  /** Forces an object at the provider into a state, even against the provider's own rules. */
  force(id: string, told: { status: string; amount?: number }): Promise<unknown>
  hear(ids: readonly string[]): Promise<void>
  /** Sends these objects or looks them up, if they are due, as the sweep does. */
  send(subjects: readonly Subject[]): Promise<void>
  /** Lets time pass. laku retries automatically and staff retry where they may; new calls are sent. */
  tryAgain(subjects: readonly Subject[]): Promise<void>
  /**
   * Returns, by laku's ledger, the receiver's money: paid by the provider, put into a wallet, and still owed.
   */
  has(subject: Subject): Promise<{ byProviderIdr: number; walletIdr: number; owedIdr: number }>
  suspenseIdr(subject: Subject, keys: readonly string[]): Promise<number>
}

/** Returns the sum that left by the provider's own report. */
export const leftIdr = (all: readonly AtProvider[]) =>
  all.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0)

/**
 * Runs a history for each of these orders of updates. At the end of each, everything that is still under way
 * arrives or fails, in turn. Then every rupiah that left reached its receiver once or is in suspense, and
 * every rupiah that did not leave is owed.
 */
export async function expectBooked(asked: Asked, orders: readonly (readonly number[])[]): Promise<void> {
  for (let at = 0; at < orders.length; at += AT_ONCE) await liveThrough(asked, orders.slice(at, at + AT_ONCE))
}

async function liveThrough(asked: Asked, orders: readonly (readonly number[])[]): Promise<void> {
  const subjects = await asked.begin(orders.length)
  const made = await ofEach(asked, subjects)
  const firsts = made.map(([first]) => first?.id ?? expect.fail('the call that timed out made nothing'))
  for (let step = 0; step < update.length; step++) {
    const said = orders.map((order) => update[order[step] as number] as Update)
    await asked.send(subjects.filter((_, i) => said[i] === 'sent'))
    const told = firsts.flatMap((id, i) => (said[i] === 'sent' ? [] : [{ id, of: said[i] as Update }]))
    await Promise.all(told.map(({ id, of }) => asked.force(id, toldBy(asked, of))))
    await asked.hear(told.map(({ id }) => id))
    await asked.tryAgain(subjects)
  }
  const left = await ofEach(asked, subjects)
  for (const [i, all] of left.entries())
    for (const { id, status } of all)
      if (status === 'ACCEPTED' || status === 'PENDING')
        await asked.force(id, { status: i % 2 === 0 ? 'SUCCEEDED' : 'FAILED' })
  await asked.hear(left.flat().map(({ id }) => id))
  const ended = await ofEach(asked, subjects)
  for (const [i, subject] of subjects.entries())
    await expectAllThere(asked, subject, ended[i] as AtProvider[], named(orders[i] as number[], i))
}

const named = (order: readonly number[], nth: number) =>
  `${order.map((value) => update[value]).join(', ')}; what is under way then ${nth % 2 === 0 ? 'arrives' : 'fails'}`

const toldBy = ({ otherIdr }: Asked, text: Update) =>
  text === 'another amount'
    ? { status: 'SUCCEEDED', amount: otherIdr }
    : { status: text.split(' ')[0] as string }

async function ofEach(asked: Asked, subjects: readonly Subject[]): Promise<AtProvider[][]> {
  const book = await asked.atProvider()
  return subjects.map(({ code }) => book.filter((message) => message.reference_id.includes(code)))
}

async function expectAllThere(
  asked: Asked,
  subject: Subject,
  atProvider: readonly AtProvider[],
  order: string,
): Promise<void> {
  const { askedIdr } = asked
  const keys = atProvider.map((item) => item.reference_id)
  expect(new Set(keys).size, order).toBe(keys.length)
  const { byProviderIdr, walletIdr, owedIdr } = await asked.has(subject)
  expect([0, askedIdr], order).toContain(byProviderIdr)
  expect(byProviderIdr + walletIdr + owedIdr, order).toBe(askedIdr)
  expect(await asked.suspenseIdr(subject, keys), order).toBe(leftIdr(atProvider) - byProviderIdr)
  // A part that arrived beside another payment stays in suspense for staff. A payment that arrived in full
  // belongs to its receiver.
  const isWhole = atProvider.some(({ status, amount }) => status === 'SUCCEEDED' && amount === askedIdr)
  if (isWhole) expect(owedIdr, order).toBe(0)
}

/** Runs an act; a refusal by a rule of laku is accepted. */
export async function whereAllowed(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error
  })
}

/**
 * Reads the provider's list to its end, and expects that all of its updates were already booked: nothing is
 * booked twice and nothing differs. One run reads 1,000 lines, and 720 orders make more.
 */
export async function expectReadAlike(laku: TestLaku, context: BookContext): Promise<void> {
  const before = await laku.system(({ tx }) => familyTotals(tx))
  while (!(await readProviderBook(context)).complete);
  expect(await laku.system(({ tx }) => familyTotals(tx))).toEqual(before)
  expect((await reconcileGateway(context, {})).differences).toEqual([])
}
