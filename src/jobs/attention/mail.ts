import type { Actor } from '../../domain/kernel/index.ts'
import { mailAttention } from '../../domain/notification/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'attention.mail' }

/** Mails staff the new attention items about money each minute, and once a day all open attention items. */
export const attentionMailJob = defineJob({
  name: 'attention.mail',
  batchSize: 1,
  retryLimit: 0,
  cron: '* * * * *',
  run: async (laku) => {
    const { mailer } = laku.providers
    await mailAttention({ unitOfWork: laku.unitOfWork, actor, mailer, to: laku.config.attentionMailTo })
    return undefined
  },
})
