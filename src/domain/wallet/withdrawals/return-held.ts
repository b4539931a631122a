import type { Rupiah, Work } from '../../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../../ledger/index.ts'

/** Posts the money and the fee of a rejected withdrawal back into the wallet. */
export async function returnHeld(
  work: Work,
  { id, userId, amountIdr, feeIdr }: { id: string; userId: string; amountIdr: Rupiah; feeIdr: Rupiah },
): Promise<void> {
  await post(work, [
    {
      key: `withdrawal:${id}:rejected`,
      kind: 'withdrawal.rejected',
      subject: ['withdrawal', id],
      entries: [
        debit('withdrawals-held', amountIdr + feeIdr, { userId }),
        credit(walletAccount(userId), amountIdr + feeIdr, { userId }),
      ],
    },
  ])
}
