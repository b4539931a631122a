export {
  type AccountKey,
  escrow,
  factoryAccount,
  orderFunds,
  paymentHold,
  suspenseAccount,
  walletAccount,
} from './accounts.ts'
export { balanceIdr, balances, familyTotals } from './balances.ts'
export { balancesAt } from './balances-at.ts'
export { declareBreak } from './chain/declare-break.ts'
export { type ChainHead, chainDue, chainHead, takeChainPage } from './chain/take-page.ts'
export { type ChainState, chainState, headsCheck, type LoggedHead } from './chain/verify-chain.ts'
export { committedThrough } from './committed.ts'
export {
  describePostings,
  type Telling,
  type TellingOf,
} from './describe-postings.ts'
export { heldToRows } from './held-to-rows.ts'
export { listEntries } from './list-entries.ts'
export { credit, type Dimensions, debit, type Entry, type Posting, post } from './post.ts'
export { countSeals } from './reseal/count-seals.ts'
export { resealChain } from './reseal/reseal-chain.ts'
export { type Resealed, resealPostings } from './reseal/reseal-postings.ts'
export { takeSnapshots } from './snapshots.ts'
export { ledgerChecks, ledgerSize } from './verify.ts'
