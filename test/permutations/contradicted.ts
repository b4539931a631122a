import { expect } from 'vitest'
import { DomainError } from '../../src/domain/kernel/index.ts'
import { familyTotals } from '../../src/domain/ledger/index.ts'
import { type BookContext, readProviderBook, reconcileGateway } from '../../src/domain/payment/index.ts'
import type { TestLaku } from '../laku.ts'

/**
 * What becomes of a first call that timed out after it was made: it is looked for, and the provider says this
 * of it, in any order.
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

/** So many histories go side by side: the calls that time out are waited for together. */
const AT_ONCE = 24
/** So much more than the first retry waits for by itself. */
export const RETRY_AFTER_S = 3 * 3600 + 1

export interface AtProvider {
  id: string
  reference_id: string
  status: string
  amount: number
}

/**
 * A settlement that is paid, or a refund: its own id here, and what names it in the provider's references.
 */
export interface Subject {
  id: string
  code: string
}

/** What laku asks the provider for, at the wire: payouts, or refunds. */
export interface Asked {
  /** What each is over (IDR), and another amount that the provider may say. */
  askedIdr: number
  otherIdr: number
  /** So many of which the first call is sent, and its answer never comes. */
  begin(count: number): Promise<Subject[]>
  atProvider(): Promise<AtProvider[]>
  /** The provider says this of what it has, against its own rules as well. */
  force(id: string, told: { status: string; amount?: number }): Promise<unknown>
  hear(ids: readonly string[]): Promise<void>
  /** What is due of these is sent or looked for, as by the sweep. */
  send(subjects: readonly Subject[]): Promise<void>
  /** Time passes; laku tries again by itself, and staff wherever they may. What that makes is sent. */
  tryAgain(subjects: readonly Subject[]): Promise<void>
  /**
   * What our book says that its receiver has of it by the provider, has in a wallet instead, and is owed
   * still.
   */
  has(subject: Subject): Promise<{ byProviderIdr: number; walletIdr: number; owedIdr: number }>
  suspenseIdr(subject: Subject, keys: readonly string[]): Promise<number>
}

/** What left by the provider's own word. */
export const leftIdr = (all: readonly AtProvider[]) =>
  all.reduce((sum, { status, amount }) => sum + (status === 'SUCCEEDED' ? amount : 0), 0)

/**
 * Histories of these orders; at the end of each whatever is still under way arrives, or fails, in turn. Then
 * every rupiah that left is its receiver's, once, or lies in suspense; and what did not leave is owed to
 * them.
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
  // A part that arrived beside another one stays in suspense, for a person; what arrived whole is theirs.
  const isWhole = atProvider.some(({ status, amount }) => status === 'SUCCEEDED' && amount === askedIdr)
  if (isWhole) expect(owedIdr, order).toBe(0)
}

/** Whatever a rule of laku refuses is not done. */
export async function whereAllowed(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error
  })
}

/**
 * The provider's book is read, and finds that all of its updates were booked: nothing is booked a second
 * time, and nothing differs.
 */
export async function expectReadAlike(laku: TestLaku, context: BookContext): Promise<void> {
  const before = await laku.system(({ tx }) => familyTotals(tx))
  await readProviderBook(context)
  expect(await laku.system(({ tx }) => familyTotals(tx))).toEqual(before)
  expect((await reconcileGateway(context, {})).differences).toEqual([])
}
