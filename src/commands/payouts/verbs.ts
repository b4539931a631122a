import { declareDead, keep } from './declare-dead.ts'
import { list } from './list.ts'
import { show } from './show.ts'

export const verbs = [list, show, declareDead, keep]
