import { sql } from 'kysely'
import {
  finalStates,
  insertRows,
  moveState,
  newId,
  personOf,
  requireStaff,
  type Work,
} from '../kernel/index.ts'
import { endAttention, requirePayableAccount } from '../ops/index.ts'
import { recordChange } from '../way-in/index.ts'
import { type BankAccountView, bankAccountsOf, lastAccount, sealBankAccount } from './bank-accounts.ts'
import { getFactory } from './read-factories.ts'
import { requireFactoryAccess } from './require-office-access.ts'
import { bankAccountMachine, bankAccountTransitions } from './transitions.ts'

export interface NewBankAccount {
  factoryId: string
  /** The bank, given by the code of its payout channel at Xendit: `ID_BCA`, `ID_MANDIRI`, … */
  channelCode: string
  accountNumber: string
  accountHolderName: string
}

/**
 * Sets the bank account to which laku pays a factory. Finance, or an agent of the office that looks after the
 * factory, does this.
 *
 * Laku pays to the account only after a second person has approved it and its waiting time is over. Until
 * then the previous account stays in use. The factory is notified and may stop the change. An earlier account
 * that still waits for approval is replaced.
 * @throws factory.not_found, kernel.payout_channel_unknown, kernel.bank_account_invalid, kernel.forbidden
 */
export async function setBankAccount(work: Work, input: NewBankAccount): Promise<BankAccountView> {
  requireStaff(work.actor, 'finance', 'agent')
  const { factoryId } = input
  await sql`select from factories where id = ${factoryId} for no key update`.execute(work.tx)
  const { name } = await getFactory(work.tx, factoryId)
  await requireFactoryAccess(work, factoryId)
  const account = await requirePayableAccount(work.tx, input)
  const replaced = await moveState(work, bankAccountMachine, {
    to: 'replaced',
    where: sql`t.factory_id = ${factoryId}`,
  })
  const replacedIds = replaced.map((row) => row.id)
  if (replacedIds.length > 0)
    await endAttention(work, 'bank_account_waits', replacedIds, 'another account replaced it')
  const id = newId()
  await insertRows(work.tx, 'factoryBankAccounts', [
    {
      id,
      factoryId,
      ...sealBankAccount(work.vault, account),
      status: 'pending',
      setBy: personOf(work.actor),
      setAt: work.now,
    },
  ])
  const old = await lastAccount(work, factoryId, id)
  const subject = ['factory', factoryId] as const
  const before = await recordChange(work, { subject, way: 'bank_account', old, accountId: id })
  const payload = { factoryId, accountId: id }
  work.emit({ type: 'factory.bank_account_set', aggregate: ['factory', factoryId], payload })
  const [view] = await bankAccountsOf(work.tx, work.vault, factoryId)
  work.requestAttention({
    kind: 'bank_account_waits',
    subject: ['bank_account', id],
    message: `The account ${view?.bank} ${view?.account} of ${name} waits for another person. Call the factory on a number that you know, then approve it.`,
    command: `laku factories approve-bank ${factoryId} --account ${id}`,
    details: { factoryId, byIds: [personOf(work.actor)] },
  })
  work.audit({ command: 'factories set-bank', subject, before: { account: before }, after: view })
  return view as BankAccountView
}

/**
 * Stops a factory's new bank account, because the factory objects to it. This is possible only until the
 * waiting time of the account is over. Returns whether nothing is sent to the account any more: it was
 * stopped, now or before, or replaced before anybody approved it.
 */
export async function stopBankAccount(work: Work, accountId: string): Promise<boolean> {
  const moved = await moveState(work, bankAccountMachine, {
    to: 'stopped',
    ids: [accountId],
    where: sql`(t.usable_from is null or t.usable_from > ${work.now})`,
  })
  if (moved.length > 0) {
    await endAttention(work, 'bank_account_waits', accountId, 'its factory stopped it')
    return true
  }
  const unused = await work.tx
    .selectFrom('factoryBankAccounts')
    .select('id')
    .where('id', '=', accountId)
    .where('status', 'in', finalStates(bankAccountTransitions))
    .executeTakeFirst()
  return unused !== undefined
}
