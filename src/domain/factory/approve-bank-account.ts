import { sql } from 'kysely'
import { moveState, personOf, requireStaff, secondsAfter, type Work } from '../kernel/index.ts'
import { endAttention, requireSecondPerson, requireSeen, type SeenChange } from '../ops/index.ts'
import { recordChange } from '../way-in/index.ts'
import { type BankAccountView, bankAccountsOf, lastAccount, namedAccount } from './bank-accounts.ts'
import { factoryErrors } from './errors.ts'
import { getFactory } from './read-factories.ts'
import { bankAccountMachine } from './transitions.ts'

/**
 * Approves the factory's bank account that waits for approval; a second person does this. They name the
 * account that they checked (`account`: its id, its number, or at least the last four digits), so that an
 * account that replaced it meanwhile is not approved (docs/adr/0183). The approval starts a waiting time
 * (policy.bankCoolingOffHours). In this time, the factory can object to an account that it never asked for.
 * If the factory was suspended, or the person who set the account changed meanwhile, the approver must have
 * seen it (`seen`).
 * @throws kernel.changed_since_asked, option_not_taken, factory.not_found, no_bank_account_waits,
 * account_unnamed, account_not_found, account_ambiguous, account_not_waiting, same_person,
 * kernel.approver_not_independent, kernel.forbidden
 */
export async function approveBankAccount(
  work: Work,
  {
    factoryId,
    account,
    seen,
  }: { factoryId: string; account: string | undefined; seen?: boolean | undefined },
): Promise<BankAccountView> {
  requireStaff(work.actor, 'finance')
  await sql`select from factories where id = ${factoryId} for no key update`.execute(work.tx)
  const { status } = await getFactory(work.tx, factoryId)
  const waiting = await work.tx
    .selectFrom('factoryBankAccounts')
    .select(['id', 'setBy', 'setAt'])
    .where('factoryId', '=', factoryId)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  if (!waiting) throw factoryErrors.no_bank_account_waits({ factoryId })
  if (account === undefined) throw factoryErrors.account_unnamed({ factoryId })
  const named = await namedAccount(work, factoryId, account)
  if (named.id !== waiting.id)
    throw factoryErrors.account_not_waiting({ account: named.id, status: named.status, waiting: waiting.id })
  const person = personOf(work.actor)
  await requireSecondPerson(work, waiting.setBy, () => factoryErrors.same_person({ factoryId }))
  const changes: SeenChange[] = status === 'suspended' ? ['factory_suspended'] : []
  await requireSeen(work, { askedBy: waiting.setBy, askedAt: waiting.setAt, changes, seen })
  const usableFrom = secondsAfter(work.now, work.policy.bankCoolingOffHours * 3600)
  const set = { approvedBy: person, approvedAt: work.now, usableFrom }
  await moveState(work, bankAccountMachine, { to: 'approved', ids: [waiting.id], set, all: true })
  // The owner of the previous bank account is notified again, because the time in which that owner may stop
  // the change starts with the approval.
  const old = await lastAccount(work, factoryId, waiting.id)
  const told = { way: 'bank_account', old, accountId: waiting.id } as const
  await recordChange(work, { subject: ['factory', factoryId], ...told })
  await endAttention(work, 'bank_account_waits', waiting.id, 'it was approved')
  const payload = { factoryId, accountId: waiting.id }
  work.emit({ type: 'factory.bank_account_approved', aggregate: ['factory', factoryId], payload })
  const views = await bankAccountsOf(work.tx, work.vault, factoryId)
  const after = views.find((view) => view.id === waiting.id) as BankAccountView
  work.audit({ command: 'factories approve-bank', subject: ['factory', factoryId], after })
  return after
}
