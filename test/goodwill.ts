import { sql } from 'kysely'
import { insertRows, newId, type Rupiah, type Work } from '../src/domain/kernel/index.ts'
import { credit, debit, post } from '../src/domain/ledger/index.ts'
import { countUse } from '../src/domain/ops/index.ts'
import { ensureWallets } from '../src/domain/wallet/index.ts'

/** Adds goodwill to a wallet, without the limits and the notices of the real command. */
export async function giveGoodwill(work: Work, userId: string, amountIdr: Rupiah): Promise<void> {
  const [id, at, by] = [newId(), work.now, 'a test']
  await ensureWallets(work, [userId])
  const subject = ['wallet_adjustment', id] as [string, string]
  const use = { kind: 'goodwill', subject, receiver: `user:${userId}`, amountIdr, person: by } as const
  // A second person is recorded, so that the goodwill does not count against a person's limit.
  const second = work.actor.kind === 'staff' ? work.actor.id : 'another'
  await sql`select staff_acts('test another test')`.execute(work.tx)
  await countUse(work, use, second)
  const decided = {
    status: 'posted',
    note: by,
    requestedBy: by,
    decidedBy: second,
    createdAt: at,
    decidedAt: at,
  }
  await insertRows(work.tx, 'walletAdjustments', [
    { id, userId, changeIdr: amountIdr, kind: 'goodwill', ...decided },
  ])
  const entries = [debit('subsidy', amountIdr, { userId }), credit(`wallet:${userId}`, amountIdr, { userId })]
  await post(work, [{ key: `wallet-adjustment:${id}`, kind: 'wallet.goodwill', subject, entries }])
}
