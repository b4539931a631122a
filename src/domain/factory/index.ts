import './events.ts'

export { approveBankAccount } from './approve-bank-account.ts'
export { bankAccountsOf, factoriesOfAccount, factoryConcerns, payableAccounts } from './bank-accounts.ts'
export { createFactory } from './create-factory.ts'
export { normalizeFactoryPhone } from './phone.ts'
export { addRatings, type RatingChange, rateFactories } from './rate-factories.ts'
export { factoriesById, getFactory, getPublicFactory } from './read-factories.ts'
export { commissionHistoryOf } from './record-commission.ts'
export { requireFactoryAccess } from './require-office-access.ts'
export { setBankAccount, stopBankAccount } from './set-bank-account.ts'
export { taxIdOf } from './tax-id.ts'
export {
  factoryTransitions,
  verificationTransitions,
} from './transitions.ts'
export { type FactoryChanges, factoryNumberToProve, restoreFactory, updateFactory } from './update-factory.ts'
export type { FactoryView } from './views.ts'
