import type { CommandContext } from '../../cli/define/context.ts'
import type { GatewayContext } from '../../domain/payment/index.ts'

/** Returns the context for a command that asks the payment gateway. */
export async function gatewayContext(context: CommandContext): Promise<GatewayContext> {
  const { unitOfWork } = await context.laku()
  const { gateway } = await context.providers()
  return { unitOfWork, actor: await context.actor(), gateway }
}
