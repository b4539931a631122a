import type { Actor } from '../../domain/kernel/index.ts'
import { remindBatches, remindersDue } from '../../domain/payout/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'batches.sweep' }

/** Raises an attention item for each batch of bank transfers whose result file from the bank is overdue. */
export const batchesSweepJob = defineJob({
  name: 'batches.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: remindersDue },
  run: async ({ unitOfWork }) => {
    await unitOfWork.run(actor, remindBatches)
    return undefined
  },
})
