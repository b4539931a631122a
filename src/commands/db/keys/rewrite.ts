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
      `${encrypted} rows are encrypted and ${sealed} seals of the book made under the keys that write.`,
      ...left.slice(0, SHOWN),
      ...(left.length > SHOWN ? [`and ${left.length - SHOWN} more`] : []),
      left.length > 0
        ? 'These were left as they were: give their key too, behind the others, or look with laku ledger verify.'
        : 'Nothing is left under another key: laku db keys retire ends it, as the owner.',
    ]
    return {
      json: done,
      text: lines.join('\n'),
      exitCode: left.length > 0 ? exitCodes.found : exitCodes.done,
    }
  },
})
