import { z } from 'zod'
import type { CommandContext } from '../../cli/define/context.ts'
import type { TrackingContext } from '../../domain/logistics/index.ts'

/** A courier service as it is named on the command line: `jne:reg`. */
export const courierChoice = z
  .string()
  .regex(/^[^:]+:[^:]+$/, 'it takes company:type, like jne:reg')
  .transform((text) => {
    const [company = '', type = ''] = text.split(':')
    return { company, type }
  })

/** Returns the context for a command that asks couriers. */
export async function courierContext(context: CommandContext): Promise<TrackingContext> {
  const { unitOfWork } = await context.laku()
  const { courier } = await context.providers()
  return { unitOfWork, actor: await context.actor(), courier }
}
