// Fails where a state is written without its machine, and where SQL or an array has a copy of a machine's
// states: of all, the open or the final ones, or of a list that its file exports.
import { copiedLists } from './copied-lists.ts'
import { readGraph } from './floors.ts'
import { findMachines } from './machines.ts'
import { stateWrites } from './state-writes.ts'

const root = process.cwd()
const machines = await findMachines(root)
const writes = stateWrites(root, machines)
for (const { at, what } of writes) console.error(`${at}: writes ${what}; states move by moveState alone`)
const lists = copiedLists(root, machines, readGraph(root))
for (const { at, what } of lists)
  console.error(
    `${at}: ${what}; statesOf, openStates or finalStates makes it (in SQL: inSql(…)), or the list that its transitions.ts exports`,
  )
if (writes.length + lists.length > 0) process.exit(1)
console.log(`states: ${machines.length} machines, each write of a state is a move, no list of them is a copy`)
