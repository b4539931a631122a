import { z } from 'zod'
import type { OutsideWay } from '../../cli/define/command.ts'

export const orderArgument = { name: 'order', description: 'the UUID or code of the order' }
export const orderInput = { order: z.string().min(1) }

/** Runs a change that may cancel an order, and cancels the order's booked courier first. */
export async function callingOff<I, T>({ context, actor }: OutsideWay<I>, run: () => Promise<T>): Promise<T> {
  const { withParcelCancelled } = await import('../../domain/order/index.ts')
  const { unitOfWork } = await context.laku()
  const { courier } = await context.providers()
  return await withParcelCancelled({ unitOfWork, actor, courier }, run)
}

/** Returns the text about an order after a change. */
export const orderDone = ({
  code,
  status,
  statusReason,
}: {
  code: string
  status: string
  statusReason: string | null
}) => `${code} is ${status}${statusReason ? ` (${statusReason})` : ''}.`

/** Returns the text of a reason for a use case; undefined if no reason was given. */
export const given = (reason: string): string | undefined => reason || undefined
