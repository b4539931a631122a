import type { QueueDefinition } from '../runtime/queue.ts'
import { attentionMailJob } from './attention/mail.ts'
import { attentionSettleJob } from './attention/settle.ts'
import { batchesSweepJob } from './batches/sweep.ts'
import { databaseRecogniseJob } from './database/recognise.ts'
import { deadSweepJob } from './dead/sweep.ts'
import type { JobDefinition } from './define-job.ts'
import { emailConfirmJob } from './email/confirm.ts'
import { emailSendJob } from './email/send.ts'
import { emailSweepJob } from './email/sweep.ts'
import { feesTrueJob } from './fees/true.ts'
import { groupsFulfilJob } from './groups/fulfil.ts'
import { groupsSweepJob } from './groups/sweep.ts'
import { keysPruneJob } from './keys/prune.ts'
import { ledgerChainJob } from './ledger/chain.ts'
import { ledgerHeadJob } from './ledger/head.ts'
import { ledgerSnapshotJob } from './ledger/snapshot.ts'
import { notifyJob } from './notify.ts'
import { ordersSweepJob } from './orders/sweep.ts'
import { otpDeliverJob } from './otp/deliver.ts'
import { otpSweepJob } from './otp/sweep.ts'
import { paymentsBookJob } from './payments/book.ts'
import { paymentsReconcileJob } from './payments/reconcile.ts'
import { paymentsSweepJob } from './payments/sweep.ts'
import { paymentsCancelJob } from './payments/withdraw.ts'
import { payoutsChannelsJob } from './payouts/channels.ts'
import { payoutsSubmitJob } from './payouts/submit.ts'
import { payoutsSweepJob } from './payouts/sweep.ts'
import { purchaseOrdersEstimateJob } from './pos/estimate.ts'
import { purchaseOrdersSweepJob } from './pos/sweep.ts'
import { pushSendJob } from './push/send.ts'
import { pushSweepJob } from './push/sweep.ts'
import { refundsSubmitJob } from './refunds/submit.ts'
import { refundsSweepJob } from './refunds/sweep.ts'
import { settlementsAnnounceJob } from './settlements/announce.ts'
import { settlementsSweepJob } from './settlements/sweep.ts'
import { shipmentsBookJob } from './shipments/book.ts'
import { shipmentsSweepJob } from './shipments/sweep.ts'
import { shipmentsTrackJob } from './shipments/track.ts'
import { tokensTellJob } from './tokens/tell.ts'
import { usersSweepJob } from './users/sweep.ts'
import { waysTellJob } from './ways/tell.ts'
import { webhooksBiteshipJob } from './webhooks/biteship.ts'
import { webhooksSweepJob } from './webhooks/sweep.ts'
import { webhooksWhatsappJob } from './webhooks/whatsapp.ts'
import { webhooksXenditJob } from './webhooks/xendit.ts'
import { whatsappSendJob } from './whatsapp/send.ts'
import { whatsappSweepJob } from './whatsapp/sweep.ts'
import { withdrawalsSweepJob } from './withdrawals/sweep.ts'

/**
 * The list of all jobs, which each worker runs. A test compares this list with the job files and the
 * choreography.
 */
export const jobs: readonly JobDefinition[] = [
  attentionMailJob,
  attentionSettleJob,
  batchesSweepJob,
  databaseRecogniseJob,
  deadSweepJob,
  emailConfirmJob,
  emailSendJob,
  emailSweepJob,
  feesTrueJob,
  groupsFulfilJob,
  groupsSweepJob,
  keysPruneJob,
  ledgerChainJob,
  ledgerHeadJob,
  ledgerSnapshotJob,
  notifyJob,
  ordersSweepJob,
  otpDeliverJob,
  otpSweepJob,
  paymentsBookJob,
  paymentsReconcileJob,
  paymentsSweepJob,
  paymentsCancelJob,
  payoutsChannelsJob,
  payoutsSubmitJob,
  payoutsSweepJob,
  purchaseOrdersEstimateJob,
  purchaseOrdersSweepJob,
  pushSendJob,
  pushSweepJob,
  refundsSubmitJob,
  refundsSweepJob,
  settlementsAnnounceJob,
  settlementsSweepJob,
  shipmentsBookJob,
  shipmentsSweepJob,
  shipmentsTrackJob,
  usersSweepJob,
  tokensTellJob,
  waysTellJob,
  webhooksBiteshipJob,
  webhooksSweepJob,
  webhooksWhatsappJob,
  webhooksXenditJob,
  whatsappSendJob,
  whatsappSweepJob,
  withdrawalsSweepJob,
]

// The number of times that a worker may die while it runs a job, before the job counts as failed. The death
// of a worker is not the job's fault. So this number is higher than the number of retries that many jobs
// have.
const DEATHS_BORNE = 5

/** The queues of all jobs, which `laku db migrate` creates. */
export const queues: readonly QueueDefinition[] = jobs.map(({ name, retryLimit, sweep }) => ({
  name,
  retryLimit: Math.max(DEATHS_BORNE, retryLimit),
  policy: sweep ? 'stately' : 'standard',
}))
