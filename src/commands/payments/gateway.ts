import type { CommandContext } from '../../cli/define/context.ts'
import type { GatewayContext } from '../../domain/payment/index.ts'

/** What a command that asks the payment gateway works with. */
export async function gatewayContext(context: CommandContext): Promise<GatewayContext> {
  const { units } = await context.laku()
  const { gateway } = await context.providers()
  return { units, actor: await context.actor(), gateway }
}
