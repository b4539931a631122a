import type { GatewayContext } from '../../domain/payment/index.ts'
import type { CommandContext } from '../context.ts'

/** What a command that asks the payment gateway works with. */
export async function gatewayContext(context: CommandContext): Promise<GatewayContext> {
  const { units } = await context.laku()
  const { gateway } = await context.providers()
  return { units, actor: await context.actor(), gateway }
}
