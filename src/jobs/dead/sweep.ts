import { sql } from 'kysely'
import { wasRaised } from '../../domain/ops/index.ts'
import { DEAD_LETTER_QUEUE } from '../../runtime/queue.ts'
import { defineJob } from '../define-job.ts'

const unseen = sql`
  from pgboss.job j
  where j.name = ${DEAD_LETTER_QUEUE} and j.state = 'created'
    and not ${wasRaised(sql`j.id::text`)}`

const BATCH_SIZE = 100

/**
 * Raises one attention item for each job in the dead letter queue. A job is in that queue if its retries are
 * used up.
 */
export const deadSweepJob = defineJob({
  name: 'dead.sweep',
  batchSize: 1,
  retryLimit: 3,
  sweep: { due: () => sql<boolean>`exists (select ${unseen})` },
  run: async (laku) => {
    await laku.unitOfWork.run({ kind: 'system', name: 'worker' }, async (work) => {
      const { rows } = await sql<{ id: string; queue: string | null; error: string | null }>`
        select j.id, j.source_name as queue, j.source_output ->> 'message' as error ${unseen} limit ${BATCH_SIZE}`.execute(
        work.tx,
      )
      for (const { id, queue, error } of rows) {
        work.requestAttention({
          kind: 'job_failed',
          subject: ['job', id],
          message: `A job of ${queue ?? 'an unknown queue'} failed and is not tried again. Fix the cause, then redrive the queue. Error: ${error ?? 'none was kept'}`,
          command: `laku jobs redrive ${queue ?? ''}`.trim(),
        })
      }
    })
    return undefined
  },
})
