import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { messageTransitions } from '../../domain/whatsapp/transitions.ts'

const statuses = statesOf(messageTransitions)

export const list = defineList({
  name: 'list',
  description: 'List WhatsApp messages, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--to <phone>', description: 'only to this phone number' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), to: z.string().optional() }),
  examples: ['laku whatsapp list --status failed'],
  run: async (context, { status, to }, page) => {
    const { normalizePhone } = await import('../../domain/user/phone.ts')
    const { listMessages } = await import('../../domain/whatsapp/list-messages.ts')
    const number = to === undefined ? undefined : normalizePhone(to)
    return await context.read((work) => listMessages(work, { status, to: number, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'to', kind: 'code', value: (row) => row.to },
    { name: 'template', value: (row) => row.template ?? 'text' },
    { name: 'failure_code', heading: 'why', value: (row) => row.failureCode },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
  empty: 'No messages. laku sends them automatically, and staff with laku whatsapp send.',
})
