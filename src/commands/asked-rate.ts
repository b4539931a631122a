import type { OutsideWay } from '../cli/define/command.ts'
import type { Rate } from '../domain/logistics/index.ts'

/**
 * Runs a change that needs a shipping fee. If no fee is cached, asks the courier for it. If the courier
 * cannot be asked, the fee of the delivery zone applies.
 */
export async function askingRate<I, T>(
  { context, actor }: OutsideWay<I>,
  run: (more: { rate?: Rate | undefined }) => Promise<T>,
): Promise<T> {
  const { withRate } = await import('../domain/logistics/index.ts')
  const { unitOfWork } = await context.laku()
  const { courier } = await context.providers()
  return await withRate({ unitOfWork, actor, courier }, (rate) => run({ rate }))
}

/**
 * Runs the dry run of a change that needs a shipping fee, without asking a courier. If no fee is cached, uses
 * the fee of the delivery zone and says so.
 */
export async function assumingRate<I, T>(
  { context }: OutsideWay<I>,
  run: (more: { rate?: Rate | undefined }) => Promise<T>,
): Promise<T> {
  const { withZoneRate } = await import('../domain/logistics/index.ts')
  const { unitOfWork } = await context.laku()
  return await withZoneRate(unitOfWork.policy, (rate) => {
    if (rate) context.output.note('The courier was not asked, so the shipping fee is from the zone table.')
    return run({ rate })
  })
}
