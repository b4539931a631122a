import { dead } from './dead.ts'
import { list } from './list.ts'
import { cancel, redrive, retry } from './retry.ts'
import { schedules } from './schedules.ts'
import { show } from './show.ts'

export const verbs = [list, show, retry, cancel, dead, redrive, schedules]
