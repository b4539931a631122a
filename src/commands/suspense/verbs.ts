import * as disposals from './dispose.ts'
import { list } from './list.ts'
import { show } from './show.ts'

const { put, offset, toWallet, collect, writeOff, reassign, approve, reject } = disposals

export const verbs = [list, show, put, offset, toWallet, collect, writeOff, reassign, approve, reject]
