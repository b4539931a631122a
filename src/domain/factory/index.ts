import './events.ts'

export { approveBankAccount } from './approve-bank-account.ts'
export { type BankAccountView, bankAccountsOf, factoriesOfAccount, payableAccounts } from './bank-accounts.ts'
export { createFactory, type NewFactory } from './create-factory.ts'
export { factoryErrors } from './errors.ts'
export { normalizeFactoryPhone } from './phone.ts'
export { addRatings, type RatingChange, rateFactories } from './rate-factories.ts'
export { factoriesById, getFactory, getPublicFactory, listFactories } from './read-factories.ts'
export { commissionHistoryOf } from './record-commission.ts'
export { mayActForFactory } from './require-office-access.ts'
export { type NewBankAccount, setBankAccount, stopBankAccount } from './set-bank-account.ts'
export { type TaxId, type TaxIdKind, taxIdOf } from './tax-id.ts'
export {
  type FactoryStatus,
  type FactoryVerification,
  factoryTransitions,
  verificationTransitions,
} from './transitions.ts'
export { type FactoryChanges, restoreFactory, updateFactory } from './update-factory.ts'
export type { FactoryView, PublicFactory } from './views.ts'
