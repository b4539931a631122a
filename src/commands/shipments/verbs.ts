import { create } from './create.ts'
import { list } from './list.ts'
import { rates } from './rates.ts'
import { setStatus } from './set-status.ts'
import { show } from './show.ts'
import { topUp } from './top-up.ts'
import { track } from './track.ts'

export const verbs = [rates, create, list, show, track, setStatus, topUp]
