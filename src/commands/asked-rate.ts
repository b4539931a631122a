import type { OutsideWay } from '../cli/define/command.ts'
import type { Rate } from '../domain/logistics/index.ts'

/**
 * For a change that needs a shipping fee: asked of the courier where no fee is cached, by zone where it
 * cannot be asked.
 */
export async function askingRate<I, T>(
  { context, actor }: OutsideWay<I>,
  run: (more: { rate?: Rate | undefined }) => Promise<T>,
): Promise<T> {
  const { withRate } = await import('../domain/logistics/index.ts')
  const { units } = await context.laku()
  const { courier } = await context.providers()
  return await withRate({ units, actor, courier }, (rate) => run({ rate }))
}

/**
 * The same for a dry run, which asks no courier: where no fee is cached, it takes the zone table's fee and
 * says so.
 */
export async function assumingRate<I, T>(
  { context }: OutsideWay<I>,
  run: (more: { rate?: Rate | undefined }) => Promise<T>,
): Promise<T> {
  const { withZoneRate } = await import('../domain/logistics/index.ts')
  const { units } = await context.laku()
  return await withZoneRate(units.policy, (rate) => {
    if (rate) context.output.note('The courier was not asked: the shipping fee is that of the zone table.')
    return run({ rate })
  })
}
