import { sql } from 'kysely'
import { settleAttention, type Work } from '../../kernel/index.ts'
import { markProcessed } from '../webhook-inbox.ts'

/** What a delivery of the provider says of a dispute. It moves no money: that is a line of its book. */
export interface DisputeNotice {
  inboxId: string
  id: string
  status: string
  referenceId: string | null
  paymentId: string | null
  dueAt: Date | null
  amountIdr: number | null
}

/**
 * Tells a person of a dispute that has to be answered, at once and with the day by which: who does not answer loses it. News that it is
 * under review, won or lost end that.
 */
export async function hearDisputes(work: Work, notices: readonly DisputeNotice[]): Promise<void> {
  for (const notice of notices) {
    const { id, status, dueAt, amountIdr } = notice
    if (status !== 'ACTION_REQUIRED') {
      await settleAttention(work, 'dispute_open', id, `the provider says ${status}`)
      continue
    }
    const code = await paymentOf(work, notice)
    work.raise({
      kind: 'dispute_open',
      subject: ['dispute', id],
      message: `${code ?? 'a payment that laku does not know'} is disputed: answer at the provider${dueAt ? ` by ${dueAt.toISOString()}` : ''}, or it is lost`,
      command: code ? `laku payments show ${code}` : 'laku payments reconcile',
      details: {
        disputeId: id,
        dueAt,
        amountIdr,
        providerPaymentId: notice.paymentId,
        referenceId: notice.referenceId,
      },
    })
  }
  await markProcessed(
    work,
    notices.map((one) => one.inboxId),
  )
}

async function paymentOf(work: Work, { referenceId }: DisputeNotice): Promise<string | undefined> {
  const { rows } = await sql<{ code: string }>`select code from payments where code = ${referenceId}`.execute(
    work.tx,
  )
  return rows[0]?.code
}
