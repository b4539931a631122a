import { getFactory } from '../factory/index.ts'
import {
  lockRows,
  newId,
  type Rupiah,
  requireReason,
  requireStaff,
  rupiah,
  type Work,
} from '../kernel/index.ts'
import { balanceIdr, credit, debit, factoryAccount, post } from '../ledger/index.ts'
import { takeLimit } from '../ops/index.ts'
import { settlementErrors } from './errors.ts'

export interface DebtWrittenOff {
  factoryId: string
  writtenOffIdr: Rupiah
  /**
   * The factory's balance after the write-off: the amount that the company owes the factory. Below zero, the
   * factory owes the company.
   */
  balanceIdr: Rupiah
}

/**
 * Writes off the debt of a suspended factory: the factory was paid for goods that came back later, and nobody
 * can collect the money. The company bears the loss, on the account `bad-debt`. Without an amount the whole
 * debt is written off; a larger amount is refused. The write-off is also a settlement line, so the next
 * settlement does not deduct the debt.
 * @throws factory.not_found, settlement.factory_not_suspended, nothing_owed, kernel.reason_required,
 * kernel.forbidden
 */
export async function writeOffDebt(
  work: Work,
  input: { factoryId: string; amountIdr?: Rupiah | undefined; reason?: string | undefined },
): Promise<DebtWrittenOff> {
  requireStaff(work.actor, 'finance')
  const { factoryId } = input
  const reason = requireReason(work, input.reason)
  // Two write-offs of the same factory's debt must not run at once. The lock makes the second one wait, so
  // that it finds only the remaining debt.
  await lockRows(work.tx, { factory: { id: [factoryId] } })
  const { status } = await getFactory(work.tx, factoryId)
  // The debt of a factory that still sells is deducted from its next sales, so only a suspended factory's
  // debt is written off.
  if (status !== 'suspended') throw settlementErrors.factory_not_suspended({ factoryId, status })
  const owedIdr = -(await balanceIdr(work.tx, factoryAccount(factoryId)))
  const amountIdr = rupiah(input.amountIdr ?? owedIdr)
  if (amountIdr <= 0 || amountIdr > owedIdr) {
    throw settlementErrors.nothing_owed({ factoryId, owedIdr: Math.max(0, owedIdr), amountIdr })
  }
  const id = newId()
  await takeLimit(work, {
    kind: 'write_off',
    subject: ['write_off', id],
    clearedAs: factoryId,
    receiver: `factory:${factoryId}`,
    amountIdr,
  })
  const of = { factoryId }
  await post(work, [
    {
      key: `factory:${factoryId}:written-off:${id}`,
      kind: 'factory.written_off',
      subject: ['factory', factoryId],
      entries: [debit('bad-debt', amountIdr, of), credit(factoryAccount(factoryId), amountIdr, of)],
    },
  ])
  work.audit({
    command: 'factories write-off',
    subject: ['factory', factoryId],
    before: { balanceIdr: -owedIdr },
    after: { balanceIdr: amountIdr - owedIdr, writtenOffIdr: amountIdr, reason },
  })
  return { factoryId, writtenOffIdr: amountIdr, balanceIdr: amountIdr - owedIdr }
}
