// Fails where a state is written without its machine, and where SQL or an array lists states of a machine.
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
    `${at}: ${what}; give the list a name in the machine's transitions.ts, or make it with statesOf, openStates, finalStates or statesBefore (in SQL: inSql(…))`,
  )
if (writes.length + lists.length > 0) process.exit(1)
console.log(
  `states: ${machines.length} machines, each write of a state is a move, no list of them is written by hand`,
)
