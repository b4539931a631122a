import * as disposals from './dispose.ts'
import { list } from './list.ts'
import { show } from './show.ts'
import { split, undo } from './undo.ts'

const { put, offset, toWallet, collect, writeOff, reassign, approve, reject } = disposals

export const verbs = [
  list,
  show,
  put,
  split,
  offset,
  toWallet,
  collect,
  writeOff,
  reassign,
  undo,
  approve,
  reject,
]
