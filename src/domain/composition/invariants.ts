import { groupBuyingChecks } from '../group-buying/index.ts'
import type { Check } from '../kernel/index.ts'
import { ledgerChecks } from '../ledger/index.ts'
import { logisticsChecks } from '../logistics/index.ts'
import { orderChecks } from '../order/index.ts'
import { paymentChecks } from '../payment/index.ts'
import { payoutChecks } from '../payout/index.ts'
import { reviewChecks } from '../review/index.ts'
import { settlementChecks } from '../settlement/index.ts'
import { suspenseChecks } from '../suspense/index.ts'
import { walletChecks } from '../wallet/index.ts'
import { warehouseChecks } from '../warehouse/index.ts'

/**
 * The invariants of all domains. `laku ledger verify` checks them, and the tests check them after every
 * command.
 */
export const bookChecks: readonly Check[] = [
  ...ledgerChecks,
  ...suspenseChecks,
  ...paymentChecks,
  ...payoutChecks,
  ...settlementChecks,
  ...walletChecks,
  ...groupBuyingChecks,
  ...orderChecks,
  ...logisticsChecks,
  ...warehouseChecks,
  ...reviewChecks,
]
