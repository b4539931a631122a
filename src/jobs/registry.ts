import type { QueueDefinition } from '../runtime/queue.ts'
import { deadSweepJob } from './dead.sweep.ts'
import type { JobDefinition } from './define-job.ts'
import { emailSendJob } from './email.send.ts'
import { emailSweepJob } from './email.sweep.ts'
import { keysPruneJob } from './keys.prune.ts'
import { notifyJob } from './notify.ts'
import { otpDeliverJob } from './otp.deliver.ts'
import { whatsappSendJob } from './whatsapp.send.ts'
import { whatsappSweepJob } from './whatsapp.sweep.ts'

/** Every job of laku. The worker runs them all; a test holds this list against the files and the choreography. */
export const jobs: readonly JobDefinition[] = [
  deadSweepJob,
  emailSendJob,
  emailSweepJob,
  keysPruneJob,
  notifyJob,
  otpDeliverJob,
  whatsappSendJob,
  whatsappSweepJob,
]

/** The queues that the jobs need, for `laku db migrate`. */
export const queues: readonly QueueDefinition[] = jobs.map(({ name, retryLimit, sweep }) => ({
  name,
  retryLimit,
  policy: sweep ? 'stately' : 'standard',
}))
