import type { VerbGroup } from '../root.ts'
import { list } from './list.ts'
import * as money from './quarantine/decide.ts'
import { list as listQuarantined } from './quarantine/list.ts'
import { show } from './show.ts'

const quarantine: VerbGroup = {
  name: 'quarantine',
  description: 'money that fits no payment',
  verbs: [listQuarantined, money.apply, money.refund],
}

export const verbs = [list, show, quarantine]
