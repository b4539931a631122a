import { sql } from 'kysely'
import { readInstallationId, type Work } from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import { markProcessed } from '../../webhooks/index.ts'

/**
 * A webhook about a dispute over a card payment. No money is posted for the webhook, because money is posted
 * only for a line in Xendit's transaction list.
 */
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
 * xendit.disputes: the states of a dispute over a card payment that need no answer from the shop any more.
 * Staff are notified of any state that is not in this list.
 */
const answered: ReadonlySet<string> = new Set(['UNDER_REVIEW', 'WON', 'LOST'])

/**
 * Notifies staff at once of each dispute over a card payment that the shop must answer, with its deadline. An
 * unanswered dispute is lost. The states UNDER_REVIEW, WON and LOST resolve the attention item.
 */
export async function reportDisputes(work: Work, notices: readonly DisputeNotice[]): Promise<void> {
  for (const notice of notices) {
    const { id, status, dueAt, amountIdr } = notice
    if (answered.has(status)) {
      await endAttention(work, 'dispute_open', id, `the provider says ${status}`)
      continue
    }
    const code = await paymentOf(work, notice)
    work.requestAttention({
      kind: 'dispute_open',
      subject: ['dispute', id],
      message: `${code ?? 'A payment that laku does not know'} is disputed by its payer. Answer in the provider's dashboard${dueAt ? ` by ${dueAt.toISOString()}` : ''}; otherwise the money is lost.`,
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
 * Returns the code of the disputed payment. The payment is found by laku's reference, which may be missing in
 * the webhook, or by Xendit's id.
 */
async function paymentOf(work: Work, { referenceId, paymentId }: DisputeNotice): Promise<string | undefined> {
  // In a webhook, laku's reference begins with the id of this installation of laku.
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
