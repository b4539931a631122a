import type { CommandContext } from '../../cli/define/context.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

export const suspenseArgs = [{ name: 'item', description: 'the UUID or code of the money' }]

/**
 * Makes the command ask for a confirmation: the person types the code of the suspense item (money without a
 * known purpose). `consequence` says what will happen to the money.
 */
export const severe =
  (consequence: (amount: string, code: string) => string) =>
  async (context: CommandContext, input: { item: string }) => {
    const { showSuspense } = await import('../../domain/suspense/list-suspense.ts')
    const { code, amountIdr } = await context.read(({ tx }) => showSuspense(tx, input.item))
    return { code, consequence: consequence(formatIdr(Math.abs(amountIdr)), code) }
  }
