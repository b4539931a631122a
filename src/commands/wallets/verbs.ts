import type { VerbGroup } from '../../cli/define/root.ts'
import { adjust } from './adjust.ts'
import * as adjustment from './adjustments/decide.ts'
import { list as listAdjustments } from './adjustments/list.ts'
import { entries } from './entries.ts'
import { show } from './show.ts'
import * as withdrawal from './withdrawals/decide.ts'
import { list as listWithdrawals } from './withdrawals/list.ts'

const withdrawals: VerbGroup = {
  name: 'withdrawals',
  description: 'withdrawals from wallets',
  verbs: [
    listWithdrawals,
    withdrawal.approve,
    withdrawal.reject,
    withdrawal.retry,
    withdrawal.returned,
    withdrawal.arrived,
  ],
}

const adjustments: VerbGroup = {
  name: 'adjustments',
  description: 'large adjustments, which need a second person',
  verbs: [listAdjustments, adjustment.approve, adjustment.reject],
}

export const verbs = [show, entries, adjust, withdrawals, adjustments]
