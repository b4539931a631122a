import type { VerbGroup } from '../../cli/define/root.ts'
import { adopt } from './adopt.ts'
import { book } from './book.ts'
import { chargeback } from './chargeback.ts'
import { claim } from './claim.ts'
import { expire } from './expire.ts'
import { list } from './list.ts'
import * as money from './quarantine/decide.ts'
import { list as listQuarantined } from './quarantine/list.ts'
import { reconcile } from './reconcile.ts'
import { releaseEscrow } from './release-escrow.ts'
import { show } from './show.ts'
import { sync } from './sync.ts'

const quarantine: VerbGroup = {
  name: 'quarantine',
  description: 'money that fits no payment',
  verbs: [listQuarantined, money.apply, money.refund],
}

export const verbs = [
  list,
  show,
  sync,
  expire,
  releaseEscrow,
  chargeback,
  claim,
  book,
  reconcile,
  adopt,
  quarantine,
]
