import type { VerbGroup } from '../../../cli/define/root.ts'
import { list } from './list.ts'
import { schedule } from './schedule.ts'
import { show } from './show.ts'
import { cancel, complete, fail, start } from './work.ts'

export const pickups: VerbGroup = {
  name: 'pickups',
  description: 'goods that offices fetch at factories',
  verbs: [list, show, schedule, start, complete, fail, cancel],
}
