import { sql } from 'kysely'
import { readInstallationId, type Work } from '../../kernel/index.ts'
import { settleAttention } from '../../ops/index.ts'
import { markProcessed } from '../../webhooks/index.ts'

/** A webhook delivery about a dispute. It moves no money; only a line in the provider's book does. */
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
 * xendit.disputes: the dispute states that need no answer any more. A state that laku does not know is
 * reported like one that needs an answer.
 */
const answered: ReadonlySet<string> = new Set(['UNDER_REVIEW', 'WON', 'LOST'])

/**
 * Notifies staff at once of each dispute that has to be answered, with its deadline: an unanswered dispute is
 * lost. The states UNDER_REVIEW, WON and LOST end that notice.
 */
export async function reportDisputes(work: Work, notices: readonly DisputeNotice[]): Promise<void> {
  for (const notice of notices) {
    const { id, status, dueAt, amountIdr } = notice
    if (answered.has(status)) {
      await settleAttention(work, 'dispute_open', id, `the provider says ${status}`)
      continue
    }
    const code = await paymentOf(work, notice)
    work.requestAttention({
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
    notices.map((notice) => notice.inboxId),
  )
}

/**
 * Returns the code of the disputed payment. It is found by our reference, which may be missing, or by the
 * provider's id.
 */
async function paymentOf(work: Work, { referenceId, paymentId }: DisputeNotice): Promise<string | undefined> {
  // In a delivery, our reference has this installation's id in front.
  const mark = `${await readInstallationId(work.tx)}-`
  const bare = referenceId?.startsWith(mark) ? referenceId.slice(mark.length) : referenceId
  const names = [bare, paymentId].flatMap((value) => value ?? [])
  const { rows } = await sql<{ code: string }>`
    select code from payments
    where code = any(${names}) or provider_payment_id = any(${names}) or provider_payment_request_id = any(${names})
      or provider_invoice_id = any(${names})
    union all
    select p.code from quarantined_money q join payments p on p.id = q.payment_id
    where q.provider_payment_id = any(${names}) or q.provider_payment_request_id = any(${names})
      or q.provider_invoice_id = any(${names})
    limit 1`.execute(work.tx)
  return rows[0]?.code
}
