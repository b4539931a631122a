import { attach } from './attach.ts'
import { list } from './list.ts'
import { show } from './show.ts'
import { stop } from './stop.ts'

export const verbs = [list, show, attach, stop]
