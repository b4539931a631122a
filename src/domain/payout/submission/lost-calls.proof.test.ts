import { expect, it } from 'vitest'
import { expectPaidOnce } from '../../../../test/lost-calls.ts'
import { openPayoutFixture } from '../../../../test/payouts.ts'

const CALLS = Number(process.env.LAKU_CALLS ?? 200)

it.each(['timeout', 'commit_then_timeout'] as const)(
  'calls that end in %s, with a list that lags, are paid once each within a quarter of an hour',
  async (kind) => {
    const f = await openPayoutFixture()
    await expectPaidOnce(f, CALLS, kind)
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  },
  600_000,
)
