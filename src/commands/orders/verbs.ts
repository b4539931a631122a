import type { VerbGroup } from '../../cli/define/root.ts'
import { cancel } from './cancel.ts'
import { create } from './create.ts'
import { hold } from './hold.ts'
import { list } from './list.ts'
import { release } from './release.ts'
import { accept, refuse } from './returns/decide.ts'
import { list as listReturns } from './returns/list.ts'
import { setStatus } from './set-status.ts'
import { show } from './show.ts'

const returns: VerbGroup = {
  name: 'returns',
  description: 'goods that buyers send back',
  verbs: [listReturns, accept, refuse],
}

export const verbs = [list, show, create, setStatus, cancel, hold, release, returns]
