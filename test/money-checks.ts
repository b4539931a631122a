import { type Check, runChecks } from '../src/domain/kernel/index.ts'
import { ledgerChecks } from '../src/domain/ledger/index.ts'
import { logisticsChecks } from '../src/domain/logistics/index.ts'
import { paymentChecks } from '../src/domain/payment/index.ts'
import { payoutChecks } from '../src/domain/payout/index.ts'
import { settlementChecks } from '../src/domain/settlement/index.ts'
import { suspenseChecks } from '../src/domain/suspense/index.ts'
import { walletChecks } from '../src/domain/wallet/index.ts'
import type { TestLaku } from './laku.ts'

/**
 * The invariants of all domains that move money. A test of one domain checks those of the others too, because
 * an act of one domain may break a check of another.
 */
const moneyChecks: readonly Check[] = [
  ...ledgerChecks,
  ...suspenseChecks,
  ...paymentChecks,
  ...payoutChecks,
  ...settlementChecks,
  ...walletChecks,
  ...logisticsChecks,
]

/**
 * Returns the violated invariants about money; empty if all hold. `fakes` names the rows, such as refunds,
 * for which the test itself makes postings. Their own check is left out.
 */
export async function brokenMoney({ system, vault }: TestLaku, fakes: readonly string[] = []) {
  const checks = moneyChecks.filter(
    ({ name }) => !fakes.some((rows) => name.startsWith(`${rows} agree with their postings`)),
  )
  const results = await system((work) => runChecks(checks, work.tx, vault))
  return results.filter((result) => !result.ok)
}
