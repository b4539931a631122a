import { sql } from 'kysely'
import { moveState, personOf, requireStaff, secondsAfter, type Work } from '../kernel/index.ts'
import { requireSecondPerson, requireSeen, type SeenChange } from '../ops/index.ts'
import { recordChange } from '../way-in/index.ts'
import { type BankAccountView, bankAccountsOf, lastAccount } from './bank-accounts.ts'
import { factoryErrors } from './errors.ts'
import { getFactory } from './read-factories.ts'
import { bankAccountMachine } from './transitions.ts'

/**
 * Approves the factory's bank account that waits for approval; a second person does this. The approval starts
 * a waiting time (policy.bankCoolingOffHours). In this time, the factory can object to an account that it
 * never asked for. If the factory was suspended, or the person who set the account changed meanwhile, the
 * approver must have seen it (`seen`).
 * @throws kernel.changed_since_asked, option_not_taken, factory.not_found, factory.no_bank_account_waits,
 * factory.same_person, kernel.approver_not_independent, kernel.forbidden
 */
export async function approveBankAccount(
  work: Work,
  input: { factoryId: string; seen?: boolean | undefined },
): Promise<BankAccountView> {
  requireStaff(work.actor, 'finance')
  const { factoryId, seen } = input
  await sql`select from factories where id = ${factoryId} for no key update`.execute(work.tx)
  const { status } = await getFactory(work.tx, factoryId)
  const waiting = await work.tx
    .selectFrom('factoryBankAccounts')
    .select(['id', 'setBy', 'setAt'])
    .where('factoryId', '=', factoryId)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  if (!waiting) throw factoryErrors.no_bank_account_waits({ factoryId })
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
  const payload = { factoryId, accountId: waiting.id }
  work.emit({ type: 'factory.bank_account_approved', aggregate: ['factory', factoryId], payload })
  const views = await bankAccountsOf(work.tx, work.vault, factoryId)
  const after = views.find((view) => view.id === waiting.id) as BankAccountView
  work.audit({ command: 'factories approve-bank', subject: ['factory', factoryId], after })
  return after
}
