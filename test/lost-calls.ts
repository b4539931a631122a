import { expect } from 'vitest'
import { newId } from '../src/domain/kernel/index.ts'
import { submitPayouts, sweepPayouts } from '../src/domain/payout/index.ts'
import type { openPayoutFixture } from './payouts.ts'

type Fixture = Awaited<ReturnType<typeof openPayoutFixture>>

const MINUTE_S = 60

/**
 * Begins this many payouts whose first call is lost: made by the provider (`commit_then_timeout`) or not
 * (`timeout`), while the provider's lists lag by ten minutes. Expects that after a quarter of an hour, by
 * sweeps alone, each was paid once and no person was asked.
 */
export async function expectPaidOnce(
  f: Fixture,
  count: number,
  kind: 'timeout' | 'commit_then_timeout',
): Promise<void> {
  await f.control('PUT', '/lists', { lag_s: 600 })
  await f.faults({ provider: 'xendit', operation: 'createPayout', kind, times: count })
  const keys = Array.from({ length: count }, () => newId())
  const ids: string[] = []
  for (const key of keys) ids.push(await f.create({ key }))
  for (let at = 0; at < count; at += 50) await submitPayouts(f.context, ids.slice(at, at + 50))
  for (let minute = 0; minute < 15; minute++) {
    await f.pass(MINUTE_S)
    for (let at = 0; at < count; at += 50) await sweepPayouts(f.context)
  }
  for (const key of keys) expect(await f.atProvider(key)).toMatchObject([{ status: 'SUCCEEDED' }])
  // The provider sent no webhook about the end, so laku asks a quarter of an hour later.
  await f.pass(15 * MINUTE_S)
  for (let at = 0; at < count; at += 50) await sweepPayouts(f.context)
  const rows = await f.laku.db
    .selectFrom('payouts')
    .select(['status', 'calls'])
    .where('id', 'in', ids)
    .execute()
  expect(rows.filter((row) => row.status !== 'succeeded')).toEqual([])
  expect(await f.attention()).toEqual([])
}
