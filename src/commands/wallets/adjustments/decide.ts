import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { formatIdr } from '../../../domain/kernel/index.ts'
import { seenInput, seenOption } from '../../asked-seen.ts'

const shape = {
  args: [{ name: 'adjustment', description: 'the UUID of the adjustment' }],
  input: z.object({ adjustment: z.uuid() }),
}

export const approve = defineChange({
  ...shape,
  name: 'approve',
  secondPerson: true,
  description: 'Approve and post an adjustment that another person asked for.',
  options: [seenOption],
  input: shape.input.extend({ seen: seenInput }),
  change: async (work, { adjustment: id, seen }) => {
    const { decideAdjustment } = await import('../../../domain/wallet/index.ts')
    return await decideAdjustment(work, { id, decision: 'posted', seen })
  },
  done: ({ changeIdr }) => `${formatIdr(changeIdr)} were posted.`,
})

export const reject = defineChange({
  ...shape,
  name: 'reject',
  description: 'Reject an adjustment that somebody asked for.',
  needsReason: true,
  change: async (work, { adjustment: id }) => {
    const { decideAdjustment } = await import('../../../domain/wallet/index.ts')
    return await decideAdjustment(work, { id, decision: 'rejected' })
  },
  done: ({ id }) => `${id} is rejected.`,
})
