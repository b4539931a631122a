import { expect } from 'vitest'
import { runChecks } from '../../src/domain/kernel/index.ts'
import { factoryAccount } from '../../src/domain/ledger/index.ts'
import { applyPayoutAnswers, submitPayouts } from '../../src/domain/payout/index.ts'
import { retryFailed, retrySettlement } from '../../src/domain/settlement/index.ts'
import { suspenseChecks } from '../../src/domain/suspense/index.ts'
import { sandboxControl } from '../control.ts'
import { system } from '../laku.ts'
import { budi, type SettlementFixture } from '../settlements.ts'
import {
  type Asked,
  type AtProvider,
  expectReadAlike,
  leftIdr,
  RETRY_AFTER_S,
  type Subject,
  whereAllowed,
} from './contradicted.ts'
import { several } from './world.ts'

/** Xendit's test account number whose payouts stay accepted until a test changes them. */
const WAITS = '131313'

/** Settlements that the provider pays. */
export function payoutsAt(f: SettlementFixture): Asked {
  const { laku, payouts } = f
  const context = { unitOfWork: laku.unitOfWork, actor: system, payouts }
  const control = sandboxControl(laku)
  const send = async (subjects: readonly Subject[]) => {
    const sent = await several(subjects, ({ code }) => f.payoutOf(code))
    await submitPayouts(
      context,
      sent.map((message) => message.id),
    )
  }
  const atProvider = async () => (await control<{ payouts: AtProvider[] }>('GET', '/book')).payouts
  return {
    // The price of 100,000 less the commission of 5 %.
    askedIdr: 95_000,
    otherIdr: 60_000,
    async begin(count) {
      const subjects: Subject[] = []
      for (let i = 0; i < count; i++) {
        const factoryId = await f.factory(WAITS)
        await f.sell(factoryId)
        const code = await f.settled(factoryId)
        await f.approve(code)
        await f.pay(code)
        subjects.push({ id: factoryId, code })
      }
      const kind = 'commit_then_timeout'
      await control('PUT', '/faults', [{ provider: 'xendit', operation: 'createPayout', kind, times: count }])
      await send(subjects)
      return subjects
    },
    atProvider,
    force: (id, told) => control('POST', `/payouts/${id}`, { ...told, force: true }),
    async hear(ids) {
      const answers = await several(ids, (id) => payouts.getPayout(id))
      // The answers are given twice, as by two deliveries of one webhook.
      await laku.system((work) => applyPayoutAnswers(work, [...answers, ...answers]))
    },
    send,
    async tryAgain(subjects) {
      laku.clock.shift(RETRY_AFTER_S)
      await retryFailed(context)
      for (const { code } of subjects)
        await whereAllowed(laku.as(budi, (work) => retrySettlement(work, { settlement: code })))
      await send(subjects)
    },
    async has({ id }) {
      const owedIdr = await f.balance(factoryAccount(id))
      return { byProviderIdr: 95_000 - owedIdr, walletIdr: 0, owedIdr }
    },
    async suspenseIdr(_, keys) {
      let sum = 0
      for (const key of keys) sum += await f.balance(`suspense:${key}`)
      return sum
    },
  }
}

/**
 * Checks after all histories that the gateway account agrees with the provider's whole list, and that all
 * invariants hold.
 */
export async function expectPayoutsAgreed(f: SettlementFixture): Promise<void> {
  const { unitOfWork, providers } = f.laku
  await expectReadAlike(f.laku, { unitOfWork, actor: system, gateway: providers.gateway, payouts: f.payouts })
  const feesIdr = await f.balance('gateway-fees')
  expect(-(await f.balance('gateway')) - feesIdr).toBe(leftIdr(await payoutsAt(f).atProvider()))
  const results = await f.laku.system((work) => runChecks(suspenseChecks, work.tx, f.laku.vault))
  expect([...(await f.broken()), ...results.filter((checkResult) => !checkResult.ok)]).toEqual([])
}
