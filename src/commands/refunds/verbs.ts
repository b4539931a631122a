import { create } from './create.ts'
import { approve, declareDead, keep, reject, retry } from './decide.ts'
import { list } from './list.ts'
import { show } from './show.ts'

export const verbs = [list, show, create, approve, reject, retry, declareDead, keep]
