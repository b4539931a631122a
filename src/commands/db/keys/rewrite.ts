import { z } from 'zod'
import { defineTask } from '../../../cli/define/command.ts'
import { exitCodes } from '../../../cli/errors/cli-error.ts'
import { rewriteAll } from './rewrite-all.ts'

const SHOWN = 20

export const rewrite = defineTask({
  name: 'rewrite',
  exits: [8],
  description:
    'Encrypt all values again with the first key of LAKU_ENCRYPTION_KEY, and seal the ledger again with the first key of LAKU_SEAL_KEY, as an administrator. Safe to stop and to repeat. Exits with 8 if something uses a key that is not configured, or was changed after it was sealed.',
  input: z.object({}),
  examples: ['laku db keys rewrite'],
  run: async (context) => {
    const { requireStaff } = await import('../../../domain/kernel/index.ts')
    const laku = await context.laku()
    const actor = await context.actor()
    requireStaff(actor)
    const done = await rewriteAll(laku, actor, context.progress)
    const { encrypted, sealed, left } = done
    const lines = [
      `${encrypted} rows were encrypted again and ${sealed} seals of the ledger made again, with the newest keys.`,
      ...left.slice(0, SHOWN),
      ...(left.length > SHOWN ? [`and ${left.length - SHOWN} more`] : []),
      left.length > 0
        ? 'These were not changed. Configure their key too, after the others, or check them with laku ledger verify.'
        : 'No value uses an older key any more. The owner can retire it with laku db keys retire.',
    ]
    return {
      json: done,
      text: lines.join('\n'),
      exitCode: left.length > 0 ? exitCodes.found : exitCodes.done,
    }
  },
})
