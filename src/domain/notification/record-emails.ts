import { ProviderFailure, retryAt, type Work } from '../kernel/index.ts'

export interface EmailOutcome {
  id: string
  /** The attempt whose outcome this is. */
  attempts: number
  result: { messageId: string } | ProviderFailure
}

/** Writes down what came of an attempt to mail. A definite no ends it, and so do too many tries. */
export async function recordEmail(work: Work, { id, attempts, result }: EmailOutcome): Promise<void> {
  const delivery = work.tx
    .updateTable('notificationDeliveries')
    .where('id', '=', id)
    .where('status', '=', 'queued')
  if (!(result instanceof ProviderFailure)) {
    const sent = { status: 'sent', providerMessageId: result.messageId, failureCode: null }
    await delivery.set({ ...sent, nextAttemptAt: null, updatedAt: work.now }).execute()
    return
  }
  const { code, outcome, retryAfterS } = result
  if (outcome === 'refused' || attempts >= work.policy.providerAttempts) {
    const failed = { status: 'failed', failureCode: code, nextAttemptAt: null, updatedAt: work.now }
    await delivery.set(failed).where('attempts', '=', attempts).execute()
    raiseFailure(work, id, code)
    return
  }
  const putOff = {
    nextAttemptAt: retryAt(work.now, attempts, retryAfterS),
    failureCode: code,
    updatedAt: work.now,
  }
  await delivery.set(putOff).where('attempts', '=', attempts).execute()
}

/** One thing to look at for each reason, not for each mail: when the server is down, thousands fail alike. */
function raiseFailure(work: Work, deliveryId: string, failureCode: string): void {
  work.raise({
    kind: 'email.failed',
    subject: ['failure_code', failureCode],
    message: `Emails do not get through: ${failureCode}`,
    command: 'laku notifications list --channel email --status failed',
    details: { lastDeliveryId: deliveryId },
  })
}
