import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { someone, system } from '../../../../test/laku.ts'
import { openPaymentFixture, type PaymentFixture, shortTimeoutGateway } from '../../../../test/payments.ts'
import { MUCH_IDR } from '../../../../test/payouts.ts'
import { points, Sleepers } from '../../../../test/sleepers.ts'
import { staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { newId, ProviderFailure } from '../../kernel/index.ts'
import { walletAccount } from '../../ledger/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import {
  applyRefundAnswers,
  askAboutFailedRefund,
  askAboutPendingRefund,
  confirmInvoices,
  decideRefunds,
  declareDead,
  disposeSuspense,
  giveUpRefund,
  keepRefund,
  openInvoice,
  readProviderRefund,
  retryRefund,
  searchLostRefund,
  submitRefunds,
  sweepRefunds,
} from '../index.ts'

const LAG_S = 15 * 60
const HOUR_S = 3600

let f: PaymentFixture
let gateway: PaymentGateway
beforeAll(async () => {
  f = await openPaymentFixture()
  gateway = shortTimeoutGateway(f.laku)
})
afterEach(async () => {
  await f.faults()
  await f.profile({})
  await f.lists(0)
  await f.refundOutcome('SUCCEEDED')
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

const context = () => ({
  unitOfWork: f.laku.unitOfWork,
  actor: system,
  gateway,
  publicUrl: 'http://laku.test',
})
const decided = async (amountIdr = 40_000, how: { channel?: string; source?: string } = {}) => {
  const payment = await f.payment()
  await openInvoice(context(), payment.code)
  const [invoice] = await gateway.findInvoices(payment.code)
  await f.pay(invoice?.id as string, how)
  const read = await gateway.getInvoice(invoice?.id as string)
  await f.laku.system((work) => confirmInvoices(work, [read]))
  await f.laku.system((work) =>
    decideRefunds(work, [{ key: newId(), paymentId: payment.id, amountIdr, reason: 'buyer_left' }]),
  )
  const [refund] = await f.refundsOf(payment.id)
  return { payment, id: refund?.id as string, code: refund?.code as string }
}
const row = (id: string) =>
  f.laku.db.selectFrom('refunds').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const there = async (code: string) =>
  (await f.book()).refunds.filter((refund) => refund.reference_id?.startsWith(code))
const pass = async (seconds: number) => {
  f.laku.clock.shift(seconds)
  await f.age(seconds)
  await sweepRefunds(context())
  await f.settled()
}
const lost = { provider: 'xendit', operation: 'createRefund', kind: 'commit_then_timeout' }
const isOpen = async (kind: string, subject: string) => {
  const { rows } = await sql`
    select from attention where kind = ${kind} and subject_id = ${subject} and resolved_at is null`.execute(
    f.laku.db,
  )
  return rows.length > 0
}
const suspense = async (code: string) => {
  const { rows } = await sql<{ held: number }>`
    select coalesce(sum(e.amount_idr), 0)::int8 as held from ledger_accounts a join ledger_entries e on e.account_id = a.id
    where a.key = ${`suspense:${code}`}`.execute(f.laku.db)
  return rows[0]?.held
}

it('one refund whose answer cannot be recorded is set aside with its attention, and the one beside it succeeds', async () => {
  const [odd, good] = [await decided(), await decided()]
  const halfARupiah = {
    ...gateway,
    createRefund: async (...asked: Parameters<PaymentGateway['createRefund']>) => {
      const answer = await gateway.createRefund(...asked)
      return asked[0].referenceId.startsWith(odd.code) ? { ...answer, amountIdr: 0.5 } : answer
    },
  }
  await submitRefunds({ ...context(), gateway: halfARupiah }, [odd.id, good.id])
  await f.settled()
  await sweepRefunds(context())
  await pass(901)
  expect((await row(good.id)).status).toBe('succeeded')
  expect(await isOpen('item_set_aside', odd.id)).toBe(true)
  expect(await isOpen('item_set_aside', good.id)).toBe(false)
  await pass(901)
  expect((await row(odd.id)).status).toBe('succeeded')
  expect(await there(odd.code)).toHaveLength(1)
})

it('a refund of which no call ever reached the provider goes into the wallet by one person', async () => {
  const { id, code, payment } = await decided()
  const failing = (outcome: 'unreachable' | 'unknown') => {
    const failure = new ProviderFailure({
      provider: 'xendit',
      operation: 'create_refund',
      outcome,
      code: 'x',
    })
    const createRefund: PaymentGateway['createRefund'] = async (_, lease) => {
      await lease?.()
      throw failure
    }
    return { ...context(), gateway: { ...gateway, createRefund } }
  }
  const toWallet = (refund: string) =>
    f.laku.as(finance(), (work) => retryRefund(work, { refund, wallet: true }))
  await submitRefunds(failing('unreachable'), [id])
  expect(await row(id)).toMatchObject({ status: 'submitted', calls: 0 })
  expect((await toWallet(code)).status).toBe('to_wallet')
  expect(await f.balance(walletAccount(payment.userId))).toBe(40_000)
  await pass(901)
  expect(await there(code)).toEqual([])
  expect(await row(id)).toMatchObject({ status: 'to_wallet', calls: 0 })
  const unknown = await decided()
  await submitRefunds(failing('unknown'), [unknown.id])
  expect(await refusal(toWallet(unknown.code))).toBe('payment.option_not_for_state')
})

// These tests come first, because earlier payments would be settled in the meantime.
describe('refunds of what is not settled', () => {
  afterAll(() => f.float(MUCH_IDR))

  it('wait for what is settled, the oldest first and nobody overtaken; buyers and staff are told once (fact 5)', async () => {
    await f.profile({ 'xendit.settlement': 'after_1d' })
    await f.spendable(0)
    const [big, small] = [
      await decided(90_000, { channel: 'GOPAY' }),
      await decided(10_000, { channel: 'GOPAY' }),
    ]
    await submitRefunds(context(), [big.id])
    expect(await row(big.id)).toMatchObject({ failureCode: 'INSUFFICIENT_BALANCE', failures: 0 })
    await submitRefunds(context(), [small.id])
    await pass(901)
    expect(await row(small.id)).toMatchObject({ status: 'approved', calls: 0 })
    expect(await f.events('refund.waiting', big.payment.id)).toBe(1)
    expect(await f.events('refund.waiting', small.payment.id)).toBe(1)
    const told = await f.laku.db
      .selectFrom('attention')
      .select('message')
      .where('kind', '=', 'refunds_wait_for_balance')
      .executeTakeFirstOrThrow()
    expect(told.message).toBe(
      '2 refunds of Rp 100.000 wait, because the balance at the provider is too low: Rp 0 can be spent there, and Rp 100.000 is missing. Add money there, or wait until the provider settles incoming payments.',
    )
    await pass(86_400)
    await pass(901)
    for (const { id } of [big, small])
      expect(await row(id)).toMatchObject({ status: 'succeeded', waitsSince: null })
  })
})

describe('a refund whose answer was lost (issue 12, fact 1)', () => {
  const repeats = [
    'by_key',
    'IDEMPOTENCY_ERROR',
    'DUPLICATE_ERROR',
    'DUPLICATE_TRANSACTION_ERROR',
    'INSUFFICIENT_BALANCE',
    'REFUND_AMOUNT_EXCEEDED',
  ]
  it.each(
    repeats.flatMap((repeat) => [
      [repeat, 'honoured'],
      [repeat, 'ignored'],
    ]),
  )('is one, where a repeat is answered %s and its key is %s, though lists lag', async (repeat, key) => {
    await f.profile({ 'xendit.refund-repeat': repeat, 'xendit.refund-key': key })
    const { id, code } = await decided()
    await f.lists(600)
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [id])
    await Promise.all([submitRefunds(context(), [id]), pass(61)])
    for (const seconds of [300, 300, LAG_S, 901]) await pass(seconds)
    expect(await row(id)).toMatchObject({ status: 'succeeded', attempt: 1, calls: 1 })
    expect(await there(code)).toHaveLength(1)
  })

  it.each([
    ['QRIS', 'honoured'],
    ['QRIS', 'ignored'],
    ['CREDIT_CARD', 'honoured'],
    ['CREDIT_CARD', 'ignored'],
  ])(
    'of a %s payment, which does not say what was refunded, with its key %s is never two though every list is hours late: a person is asked',
    async (channel, key) => {
      await f.profile({ 'xendit.refund-key': key })
      const { id, code } = await decided(40_000, { channel })
      await f.lists(10 * HOUR_S)
      await f.faults({ ...lost, times: 1 })
      await submitRefunds(context(), [id])
      await f.settled()
      for (let i = 0; i < 4; i++) await pass(HOUR_S)
      expect(await row(id)).toMatchObject({ status: 'submitted', calls: 1 })
      expect(await isOpen('refund_stuck', id)).toBe(true)
      await f.lists(0)
      await pass(HOUR_S)
      await pass(901)
      expect(await row(id)).toMatchObject({ status: 'succeeded', calls: 1 })
      expect(await there(code)).toHaveLength(1)
    },
  )

  it('is found in the provider’s book by our reference where the list of refunds does not show it', async () => {
    const { id, code } = await decided(40_000, { channel: 'QRIS' })
    await f.faults({ ...lost, times: 1 })
    const blind: PaymentGateway = { ...gateway, findRefunds: async () => ({ refunds: [] }) }
    // The provider's clock runs while ours stands, and a QRIS payment is refunded after its own time alone.
    await pass(300)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls: 1 })
    f.laku.clock.shift(LAG_S)
    await f.age(LAG_S)
    await sweepRefunds({ ...context(), gateway: blind })
    expect(await row(id)).toMatchObject({ status: 'succeeded', calls: 1 })
    expect(await there(code)).toHaveLength(1)
  })

  it('goes out again under the same key where nothing shows it after the lag, and every answer to that is open', async () => {
    const { id, code } = await decided()
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'timeout', times: 1 })
    await submitRefunds(context(), [id])
    await pass(LAG_S - 60)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls: 1 })
    await f.faults({
      provider: 'xendit',
      operation: 'createRefund',
      kind: 'refuse',
      code: 'API_VALIDATION_ERROR',
      times: 1,
    })
    await pass(61)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls: 2, attempt: 1 })
    await pass(LAG_S)
    await pass(901)
    await pass(901)
    expect(await row(id)).toMatchObject({ status: 'succeeded', calls: 3, attempt: 1 })
    // A policy without a lag does not send it again at once: a lag is known from a few trials only.
    const { providerListLagMinutes } = f.laku.policy
    Object.assign(f.laku.policy, { providerListLagMinutes: 0 })
    const soon = await decided()
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'timeout', times: 1 })
    await submitRefunds(context(), [soon.id])
    for (const [seconds, calls] of [
      [301, 1],
      [240, 1],
      [61, 2],
    ] as const) {
      await pass(seconds)
      expect(await row(soon.id)).toMatchObject({ calls })
    }
    Object.assign(f.laku.policy, { providerListLagMinutes })
    expect(await there(code)).toHaveLength(1)
  })

  it('is not repeated where a refund of its payment is there without our reference: a person says whether it is it', async () => {
    const { id, code } = await decided()
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [id])
    await f.profile({ 'xendit.list-references': 'null' })
    const nameless: PaymentGateway = {
      ...gateway,
      listTransactions: async () => ({ transactions: [], hasMore: false }),
    }
    for (const seconds of [61, 300, LAG_S, HOUR_S]) {
      f.laku.clock.shift(seconds)
      await f.age(seconds)
      await sweepRefunds({ ...context(), gateway: nameless })
    }
    await f.profile({})
    const made = await there(code)
    expect([made.length, (await row(id)).calls]).toEqual([1, 1])
    const item = await f.laku.db
      .selectFrom('attention')
      .select('command')
      .where('kind', '=', 'refund_stuck')
      .where('subjectId', '=', id)
      .executeTakeFirstOrThrow()
    expect(item.command).toBe(`laku refunds retry ${code} --provider-refund-id ${made[0]?.id}`)
    await pass(2 * HOUR_S)
    expect((await row(id)).status).toBe('succeeded')
  })

  it('is found beside a refund that cannot be read; where it is not, nothing is repeated and a person is told', async () => {
    const { id, code } = await decided()
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'timeout', times: 1 })
    await submitRefunds(context(), [id])
    const partial: PaymentGateway = {
      ...gateway,
      findRefunds: async (ids) => ({ ...(await gateway.findRefunds(ids)), partial: 'unreadable_refund' }),
    }
    const passPartial = async (seconds: number) => {
      f.laku.clock.shift(seconds)
      await f.age(seconds)
      await sweepRefunds({ ...context(), gateway: partial })
      await f.settled()
    }
    for (const seconds of [61, LAG_S, HOUR_S]) await passPartial(seconds)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls: 1 })
    expect(await isOpen('refund_stuck', id)).toBe(true)
    // The provider has the refund after all.
    await f.faults({ ...lost, times: 1 })
    await pass(2 * HOUR_S)
    for (const seconds of [HOUR_S, HOUR_S]) await passPartial(seconds)
    expect(await row(id)).toMatchObject({ status: 'succeeded' })
    expect(await there(code)).toHaveLength(1)
  })

  it('is not repeated because a list that does not heed its filter shows the refunds of other payments', async () => {
    const [mine, other] = [await decided(), await decided()]
    await submitRefunds(context(), [other.id])
    await f.settled()
    const [others] = await there(other.code)
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [mine.id])
    await f.settled()
    await f.lists(10 * HOUR_S)
    const heedless: PaymentGateway = {
      ...gateway,
      findRefunds: async () => ({ refunds: [await gateway.getRefund(others?.id as string)] }),
    }
    for (const seconds of [61, LAG_S, HOUR_S]) {
      f.laku.clock.shift(seconds)
      await f.age(seconds)
      await sweepRefunds({ ...context(), gateway: heedless })
    }
    await f.lists(0)
    await pass(2 * HOUR_S)
    await pass(901)
    expect(await row(mine.id)).toMatchObject({ status: 'succeeded', calls: 1 })
    expect(await there(mine.code)).toHaveLength(1)
  })

  it('is not repeated while the payment says that more was refunded than lists show', async () => {
    const { id, code } = await decided()
    await f.lists(10 * HOUR_S)
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [id])
    await f.settled()
    for (let i = 0; i < 4; i++) await pass(HOUR_S)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls: 1 })
    expect(await isOpen('refund_stuck', id)).toBe(true)
    await f.lists(0)
    await pass(HOUR_S)
    await pass(901)
    expect(await row(id)).toMatchObject({ status: 'succeeded', calls: 1 })
    expect(await there(code)).toHaveLength(1)
  })

  it('is sent no more after its key’s time; two persons declare it dead, and what is heard later lies in suspense', async () => {
    await f.profile({ 'xendit.refunded-amount': 'not_found' })
    const { id, code, payment } = await decided()
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [id])
    await f.lists(1000 * HOUR_S)
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'timeout' })
    for (let i = 0; i < 12; i++) await pass(HOUR_S)
    await f.faults()
    const { calls, attempt } = await row(id)
    await pass(HOUR_S)
    await pass(HOUR_S)
    expect(await row(id)).toMatchObject({ status: 'submitted', calls, attempt })
    expect(await isOpen('refund_stuck', id)).toBe(true)
    const persons = { ani: finance('ani'), beni: finance('beni') }
    const by = (name: keyof typeof persons) => ({ ...context(), actor: persons[name] })
    const declare = async (name: keyof typeof persons) => {
      const looked = await searchLostRefund(by(name), code)
      return await f.laku.as(persons[name], (work) => declareDead(work, { refund: code, looked }))
    }
    const retry = (more: object = {}) =>
      f.laku.as(finance(), (work) => retryRefund(work, { refund: code, ...more }))
    expect(await refusal(retry())).toBe('payment.look_it_up')
    expect(await refusal(retry({ wallet: true }))).toBe('payment.look_it_up')
    expect(await refusal(declare('ani'))).toBe('payment.refund_may_live')
    f.laku.clock.shift(24 * HOUR_S)
    await sql`update refunds set lease_until = clock_timestamp() + interval '9 s' where id = ${id}::uuid`.execute(
      f.laku.db,
    )
    expect(await refusal(declare('ani'))).toBe('payment.refund_leased')
    await sql`update refunds set lease_until = null where id = ${id}::uuid`.execute(f.laku.db)
    expect(await declare('ani')).toMatchObject({ status: 'submitted' })
    expect(await refusal(declare('ani'))).toBe('payment.same_person')
    // Another person refuses the declaration, and the second one needs two persons again.
    const keep = (actor = persons.beni) => f.laku.as(actor, (work) => keepRefund(work, { refund: code }))
    expect(await refusal(keep(staff('support', 'a test')))).toBe('kernel.forbidden')
    expect(await keep()).toMatchObject({ status: 'submitted', deadDeclaredBy: null })
    expect(await refusal(keep())).toBe('payment.nothing_declared')
    expect(await isOpen('refund_stuck', id)).toBe(true)
    expect(await declare('beni')).toMatchObject({ status: 'submitted' })
    expect(await refusal(declare('beni'))).toBe('payment.same_person')
    expect(await keep()).toMatchObject({ status: 'submitted' })
    expect(await declare('ani')).toMatchObject({ status: 'submitted' })
    expect(await declare('beni')).toMatchObject({ status: 'failed', failureCode: 'DECLARED_DEAD' })
    await pass(HOUR_S)
    expect(await row(id)).toMatchObject({ status: 'failed', attempt: 1 })
    await retry()
    await pass(1)
    await pass(901)
    expect(await row(id)).toMatchObject({ status: 'succeeded', attempt: 2 })
    const made = await there(code)
    expect(made.map((item) => item.reference_id)).toEqual([`${code}-1`, `${code}-2`])
    const first = await gateway.getRefund(made[0]?.id as string)
    await f.laku.system((work) => applyRefundAnswers(work, [first, first]))
    expect(await suspense(code)).toBe(40_000)
    expect((await f.row(payment.id)).refundedIdr).toBe(40_000)
  })

  it.each(points)(
    'issue 11, case 2: is sent once where its worker sleeps for 14 minutes at the %s, with another beside it',
    async (point) => {
      const { id, code, payment } = await decided()
      await f.lists(LAG_S)
      const sleepers = new Sleepers()
      await sleepers.send(point, gateway.createRefund, (createRefund) =>
        submitRefunds({ ...context(), gateway: { ...gateway, createRefund } }, [id]),
      )
      expect((await row(id)).leaseId).not.toBeNull()
      await sql`update refunds set lease_until = clock_timestamp() - interval '1 s' where id = ${id}::uuid`.execute(
        f.laku.db,
      )
      await pass(14 * 60)
      await sleepers.wake()
      await f.settled()
      await pass(LAG_S + 1)
      expect(await row(id)).toMatchObject({ status: 'succeeded' })
      expect(await there(code)).toHaveLength(1)
      expect((await f.row(payment.id)).refundedIdr).toBe(40_000)
      expect(await suspense(code)).toBe(0)
    },
  )
})

describe('a refund that is contradicted', () => {
  const take = async (refund: string, providerRefundId: string) => {
    const read = await readProviderRefund({ ...context(), actor: finance() }, providerRefundId)
    return await f.laku.as(finance(), (work) => retryRefund(work, { refund, providerRefundId, read }))
  }
  const failed = async () => {
    const made = await decided()
    await f.refundOutcome('FAILED')
    await submitRefunds(context(), [made.id])
    await f.settled()
    await pass(901)
    expect(await row(made.id)).toMatchObject({ status: 'failed' })
    const [atProvider] = await there(made.code)
    return { ...made, providerId: atProvider?.id as string }
  }

  it('issue 11, case 3: heard FAILED and then SUCCEEDED is taken by its id, and nothing is sent; said again it stands', async () => {
    const { id, code, providerId } = await failed()
    await f.force(providerId, { status: 'SUCCEEDED' })
    expect(await take(code, providerId)).toMatchObject({ status: 'succeeded', providerRefundId: providerId })
    expect(await take(code, providerId)).toMatchObject({ status: 'succeeded' })
    await pass(HOUR_S)
    expect(await there(code)).toHaveLength(1)
    expect(await suspense(code)).toBe(0)
    expect((await row(id)).attempt).toBe(1)
  })

  it('looks at what failed before it sends anew, and takes what went back after all', async () => {
    const { id, code, providerId } = await failed()
    await f.force(providerId, { status: 'SUCCEEDED' })
    await pass(11)
    expect(await row(id)).toMatchObject({ status: 'succeeded', providerRefundId: providerId })
    expect(await there(code)).toHaveLength(1)
  })

  it('in the wallet already lies in suspense, and a person is told', async () => {
    const { id, code, providerId, payment } = await failed()
    await f.laku.as(finance(), (work) => retryRefund(work, { refund: code, wallet: true }))
    const says = async (status: string) => {
      await f.force(providerId, { status })
      const answer = await gateway.getRefund(providerId)
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
      return await f.laku.system(({ tx }) => openThings(tx, payment.userId))
    }
    // Its buyer is not erased while the provider may still refund it.
    expect(await says('PENDING')).toMatchObject({ refundsAtProvider: 1 })
    expect(await says('SUCCEEDED')).not.toHaveProperty('refundsAtProvider')
    expect(await row(id)).toMatchObject({ status: 'to_wallet' })
    expect(await suspense(code)).toBe(40_000)
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(40_000)
  })

  it('is neither sent again nor put into the wallet while its first request moves again, until that has ended', async () => {
    const { code, providerId, payment } = await failed()
    const hear = async (status: string) => {
      await f.force(providerId, { status })
      const answer = await gateway.getRefund(providerId)
      await f.laku.system((work) => applyRefundAnswers(work, [answer]))
    }
    const retry = (more: object = {}) =>
      f.laku.as(finance(), (work) => retryRefund(work, { refund: code, ...more }))
    await hear('PENDING')
    expect(await refusal(retry())).toBe('payment.refund_moves_again')
    expect(await refusal(retry({ wallet: true }))).toBe('payment.refund_moves_again')
    expect(await f.balance(walletAccount(payment.userId))).toBe(0)
    await hear('FAILED')
    expect(await retry({ wallet: true })).toMatchObject({ status: 'to_wallet' })
    expect(await there(code)).toHaveLength(1)
  })

  it('is asked about at the provider before a person sends it again or puts it into the wallet', async () => {
    const asked = { ...context(), actor: finance() }
    const retry = async (refund: string, more: object) => {
      const { hasArrived } = await askAboutFailedRefund(asked, refund)
      return await f.laku.as(finance(), (work) => retryRefund(work, { refund, hasArrived, ...more }))
    }
    for (const more of [{}, { wallet: true }]) {
      const { id, code, providerId, payment } = await failed()
      await f.faults({ provider: 'xendit', operation: 'listRefunds', kind: 'timeout' })
      expect(await refusal(retry(code, more))).toBe('payment.provider_silent')
      await f.faults()
      await f.force(providerId, { status: 'PENDING' })
      expect(await refusal(retry(code, more))).toBe('payment.refund_moves_again')
      await f.force(providerId, { status: 'SUCCEEDED' })
      expect(await retry(code, more)).toMatchObject({ status: 'succeeded', attempt: 1 })
      await f.refundOutcome('SUCCEEDED')
      await pass(901)
      expect(await there(code)).toHaveLength(1)
      expect([await suspense(code), await f.balance(walletAccount(payment.userId))]).toEqual([0, 0])
      expect(await refusal(retry(code, more))).toMatch(/illegal_transition|option_not_for_state/)
      expect((await row(id)).status).toBe('succeeded')
    }
    // The first one failed for good, so the money goes where the person says.
    const dead = await failed()
    expect(await retry(dead.code, { wallet: true })).toMatchObject({ status: 'to_wallet' })
  })

  it('of another amount is booked as it is, and the difference lies in suspense', async () => {
    const { id, code } = await decided()
    await submitRefunds(context(), [id])
    await f.settled()
    const [value] = await there(code)
    await f.force(value?.id as string, { status: 'SUCCEEDED', amount: 39_000 })
    const before = await f.balance('gateway')
    const answer = await gateway.getRefund(value?.id as string)
    await f.laku.system((work) => applyRefundAnswers(work, [answer]))
    expect(await row(id)).toMatchObject({ status: 'succeeded' })
    expect(await f.balance('gateway')).toBe(before - 39_000)
    expect(await suspense(code)).toBe(-1_000)
  })

  /**
   * The provider refunds 90,000 of 110,000 where laku asked for 40,000. `decideBefore` are refunds of the
   * same payment that were decided before laku heard of it.
   */
  const overRefunded = async (decideBefore: number[] = [], channel = 'DANA') => {
    await f.refundOutcome('PENDING')
    const { payment, code, id } = await decided(40_000, { channel })
    await submitRefunds(context(), [id])
    const decide = async (amountIdr: number) => {
      const key = newId()
      await f.laku.system((work) =>
        decideRefunds(work, [{ key, paymentId: payment.id, amountIdr, reason: 'buyer_left' }]),
      )
      return (await f.refundsOf(payment.id)).find((refund) => refund.key === key) as Awaited<
        ReturnType<typeof row>
      >
    }
    const before = []
    for (const amountIdr of decideBefore) before.push(await decide(amountIdr))
    const [there90] = await there(code)
    await f.force(there90?.id as string, { status: 'SUCCEEDED', amount: 90_000 })
    const answer = await gateway.getRefund(there90?.id as string)
    await f.laku.system((work) => applyRefundAnswers(work, [answer]))
    expect(await suspense(code)).toBe(50_000)
    await f.refundOutcome('SUCCEEDED')
    const has = async () => {
      const { refunds } = await f.book()
      const codes = (await f.refundsOf(payment.id)).map((refund) => refund.code)
      const paid = refunds.filter(
        ({ reference_id, status }) =>
          status === 'SUCCEEDED' && codes.some((own) => reference_id?.startsWith(own)),
      )
      const walletIdr = await f.balance(walletAccount(payment.userId))
      return walletIdr + paid.reduce((sum, refund) => sum + refund.amount, 0)
    }
    return { payment, code, before, decide, has }
  }
  const suspenseItem = async (code: string) => {
    const { rows } = await sql<{ id: string }>`
      select id from suspense_items where code like ${`${code}%`} and status in ('open', 'requested')`.execute(
      f.laku.db,
    )
    return rows[0]?.id as string
  }

  it('of a payment of which the buyer has a surplus pays what is left, and the surplus is explained by it', async () => {
    const { payment, code, decide, has } = await overRefunded()
    const second = await decide(70_000)
    expect(second).toMatchObject({ status: 'succeeded', destination: 'wallet' })
    expect(await f.balance(walletAccount(payment.userId))).toBe(20_000)
    expect(await has()).toBe(payment.amountIdr)
    expect(await suspense(code)).toBe(0)
    expect(await suspenseItem(code)).toBeUndefined()
  })

  it('decided before the surplus was heard of is not sent: what is left of it goes into the wallet', async () => {
    const { payment, code, before, decide, has } = await overRefunded([30_000])
    await pass(61)
    expect(await row(before[0]?.id as string)).toMatchObject({ status: 'to_wallet', calls: 0 })
    expect(await f.balance(walletAccount(payment.userId))).toBe(0)
    expect(await has()).toBe(90_000)
    const last = await decide(40_000)
    expect(await f.balance(walletAccount(payment.userId))).toBe(20_000)
    expect(await has()).toBe(payment.amountIdr)
    expect([last.status, await suspenseItem(code)]).toEqual(['succeeded', undefined])
  })

  it('takes nothing off where the surplus came back, and all of it where the company wrote it off', async () => {
    const back = await overRefunded()
    const collect = { to: 'collected', reference: newId() } as const
    const alone = finance()
    await f.laku.as(alone, async (work) => disposeSuspense(work, await suspenseItem(back.code), collect))
    const whole = await back.decide(70_000)
    await pass(61)
    // The provider refuses more than was paid, whoever has paid it back to the company.
    expect(await row(whole.id)).toMatchObject({ status: 'failed', failureCode: 'REFUND_AMOUNT_EXCEEDED' })
    await f.laku.as(alone, (work) => retryRefund(work, { refund: whole.code, wallet: true }))
    expect(await f.balance(walletAccount(back.payment.userId))).toBe(70_000)
    const kept = await overRefunded()
    await f.laku.as(alone, async (work) =>
      disposeSuspense(work, await suspenseItem(kept.code), { to: 'written_off' }),
    )
    await kept.decide(70_000)
    expect(await f.balance(walletAccount(kept.payment.userId))).toBe(20_000)
    expect(await kept.has()).toBe(kept.payment.amountIdr)
  })

  it('whatever is decided before and after a surplus: the buyer never has more than they paid', async () => {
    const sums = fc.array(fc.constantFrom(10_000, 20_000, 35_000), { maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(sums, sums, fc.boolean(), async (early, wanted, isAsked) => {
        let leftIdr = 70_000 - early.reduce((sum, amountIdr) => sum + amountIdr, 0)
        const later = wanted
          .map((amountIdr) => {
            const idr = Math.min(amountIdr, leftIdr)
            leftIdr -= idr
            return idr
          })
          .filter((idr) => idr > 0)
        const { payment, code, decide, has } = await overRefunded(early)
        const asked = { to: 'collected', reference: newId() } as const
        const item = await suspenseItem(code)
        if (isAsked)
          await sql`
            update suspense_items set status = 'requested', asked = ${JSON.stringify(asked)}::jsonb, asked_by = 'staff:a'
            where id = ${item}::uuid`.execute(f.laku.db)
        for (const amountIdr of later) await decide(amountIdr)
        await pass(61)
        await pass(901)
        const givenIdr = 40_000 + [...early, ...later].reduce((sum, amountIdr) => sum + amountIdr, 0)
        expect({ early, later, has: await has() }).toEqual({ early, later, has: Math.max(90_000, givenIdr) })
        expect(await has()).toBeLessThanOrEqual(payment.amountIdr)
      }),
      {
        numRuns: 8,
        examples: [
          [[35_000], [35_000], true],
          [[35_000, 35_000], [], false],
        ],
      },
    )
  }, 60_000)

  it('issue 11, case 9: takes no id that is mistyped, another’s or of another amount, and the right one later', async () => {
    const [mine, other] = [await decided(), await decided()]
    await submitRefunds(context(), [other.id])
    const [others] = await there(other.code)
    await f.faults({ ...lost, times: 1 })
    await submitRefunds(context(), [mine.id])
    expect(await refusal(take(mine.code, 'rfd-mistyped'))).toBe('payment.provider_refund_unknown')
    expect(await refusal(take(mine.code, others?.id as string))).toBe('payment.provider_refund_mismatch')
    // The row is as an earlier version of laku could leave it, when a refund's id was taken without being
    // read.
    await f.laku.db
      .updateTable('refunds')
      .set({ providerRefundId: 'rfd-mistyped' })
      .where('id', '=', mine.id)
      .execute()
    const [right] = await there(mine.code)
    expect(await take(mine.code, right?.id as string)).toMatchObject({ providerRefundId: right?.id })
    await f.settled()
    await pass(901)
    expect(await row(mine.id)).toMatchObject({ status: 'succeeded', calls: 1 })
  })

  it('refuses by name every option that its state does not take', async () => {
    const { id, code } = await decided()
    await submitRefunds(context(), [id])
    const retry = (more: object) =>
      refusal(f.laku.as(finance(), (work) => retryRefund(work, { refund: code, ...more })))
    expect(await retry({ wallet: true })).toBe('payment.option_not_for_state')
    expect(await retry({ wallet: true, notSent: true })).toBe('payment.options_exclude')
    expect(await refusal(searchLostRefund({ ...context(), actor: finance() }, code))).toBe(
      'payment.refund_not_lost',
    )
    await f.settled()
    await pass(901)
    for (const more of [{ wallet: true }]) expect(await retry(more)).toBe('payment.option_not_for_state')
    expect(await retry({})).toBe('kernel.illegal_transition')
  })

  it('issue 11, case 9: that is PENDING for days is somebody’s business', async () => {
    await f.refundOutcome('PENDING')
    const { id, code } = await decided()
    await submitRefunds(context(), [id])
    for (let i = 0; i < 5; i++) await pass(20 * HOUR_S)
    expect(await isOpen('refund_pending', id)).toBe(true)
    const [value] = await there(code)
    await f.force(value?.id as string, { status: 'SUCCEEDED' })
    await pass(901)
    expect(await row(id)).toMatchObject({ status: 'succeeded' })
  })

  describe('that is PENDING at the provider for ever', () => {
    const [ana, budi] = ['ana', 'budi'].map((name) =>
      someone({ role: 'finance', reason: 'their support wrote', name }),
    ) as [ReturnType<typeof someone>, ReturnType<typeof someone>]
    const giveUp = async (refund: string, actor: typeof ana, ticket = 'XND-4711') => {
      await askAboutPendingRefund({ ...context(), actor }, refund)
      return await f.laku.as(actor, (work) => giveUpRefund(work, { refund, ticket }))
    }
    const retry = (refund: string, more = {}) =>
      f.laku.as(ana, (work) => retryRefund(work, { refund, ...more }))
    const pending = async () => {
      await f.refundOutcome('PENDING')
      const made = await decided()
      await submitRefunds(context(), [made.id])
      const [value] = await there(made.code)
      await pass(901)
      return { ...made, providerId: value?.id as string }
    }
    const DAY_S = 24 * HOUR_S

    it('is given up by two persons with the ticket of the provider, and its money goes into the wallet', async () => {
      const { id, code, payment } = await pending()
      expect(await refusal(giveUp(code, ana))).toBe('payment.refund_not_stuck_yet')
      await pass(8 * DAY_S)
      expect(await giveUp(code, ana)).toMatchObject({ status: 'submitted', givenUpTicket: 'XND-4711' })
      expect(await refusal(giveUp(code, ana))).toBe('payment.same_person')
      expect(await refusal(giveUp(code, budi, 'XND-1'))).toBe('payment.other_ticket')
      expect(await giveUp(code, budi, 'xnd-4711')).toMatchObject({
        status: 'failed',
        failureCode: 'GIVEN_UP',
      })
      await pass(901)
      expect((await row(id)).status).toBe('failed')
      expect((await retry(code, { wallet: true })).status).toBe('to_wallet')
      expect(await f.balance(walletAccount(payment.userId))).toBe(40_000)
      expect(await refusal(giveUp(code, ana))).toBe('payment.refund_not_under_way')
    })

    it('is paid once where it succeeds after all; beside the money in the wallet it lies in suspense', async () => {
      const one = await pending()
      const two = await pending()
      await pass(8 * DAY_S)
      for (const { code } of [one, two]) {
        await giveUp(code, ana)
        await giveUp(code, budi)
      }
      await f.force(one.providerId, { status: 'SUCCEEDED' })
      await pass(901)
      expect(await row(one.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
      await f.refundOutcome('SUCCEEDED')
      await retry(two.code)
      await pass(1)
      await pass(901)
      // The provider refuses a second refund beside one that it shows as under way.
      expect(await row(two.id)).toMatchObject({ status: 'failed', failureCode: 'REFUND_IN_PROGRESS' })
      await retry(two.code, { wallet: true })
      await f.force(two.providerId, { status: 'SUCCEEDED' })
      await pass(901)
      expect(await suspense(two.code)).toBe(40_000)
    })

    it('is booked and not given up where it ended while nobody looked, and the request may be refused', async () => {
      const { id, code, providerId } = await pending()
      await pass(8 * DAY_S)
      await giveUp(code, ana)
      expect(await f.laku.as(budi, (work) => keepRefund(work, { refund: code }))).toMatchObject({
        givenUpTicket: null,
      })
      await giveUp(code, budi)
      await f.force(providerId, { status: 'SUCCEEDED' })
      expect(await refusal(giveUp(code, ana))).toBe('payment.refund_not_under_way')
      expect(await row(id)).toMatchObject({ status: 'succeeded' })
    })
  })
})

describe('refunds at the real wire (issue 12, facts 3, 5 and 6)', () => {
  it('name their payment and their reason, as the current form requires, and the invoice in the older one', async () => {
    const { id, payment } = await decided()
    await submitRefunds(context(), [id])
    expect(await row(id)).toMatchObject({ status: 'submitted', failureCode: null })
    expect((await f.row(payment.id)).providerPaymentRequestId).toMatch(/^pr-/)
    await f.profile({ 'xendit.refund-form': 'legacy' })
    f.laku.policy.refundForm = 'legacy'
    const older = await decided()
    await f.laku.db
      .updateTable('payments')
      .set({ providerPaymentRequestId: 'pr-unknown' })
      .where('id', '=', older.payment.id)
      .execute()
    await submitRefunds(context(), [older.id])
    f.laku.policy.refundForm = 'current'
    expect((await row(older.id)).providerRefundId).toMatch(/^rfd-/)
  })

  it.each([
    'API_VALIDATION_ERROR',
    'INELIGIBLE_TRANSACTION',
    'PARTIAL_REFUND_COUNTS_EXCEEDED',
    'TRANSACTION_NOT_FOUND',
  ])('%s on a first call ends in the wallet at once', async (code) => {
    const { id, payment } = await decided()
    await f.faults({ provider: 'xendit', operation: 'createRefund', kind: 'refuse', code, times: 1 })
    await submitRefunds(context(), [id])
    expect(await row(id)).toMatchObject({ status: 'to_wallet', calls: 1 })
    expect(await f.balance(`wallet:${payment.userId}`)).toBe(40_000)
  })

  it('go where they really can, told before they are made (fact 6)', async () => {
    expect(await row((await decided(40_000, { channel: 'QRIS', source: 'BCA' })).id)).toMatchObject({
      destination: 'wallet',
    })
    expect(await row((await decided(40_000, { channel: 'QRIS', source: 'GoPay' })).id)).toMatchObject({
      destination: 'source',
    })
    expect(await row((await decided(40_000, { channel: 'OVO' })).id)).toMatchObject({ destination: 'wallet' })
    const cimb = await decided(110_000, { channel: 'QRIS', source: 'CIMB Niaga' })
    await submitRefunds(context(), [cimb.id])
    expect(await row(cimb.id)).toMatchObject({ status: 'approved', calls: 0 })
    await pass(86_400)
    await pass(901)
    expect(await row(cimb.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
  })
})
