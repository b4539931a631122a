// Fails where a state is written without its machine.
import { findMachines } from './machines.ts'
import { stateWrites } from './state-writes.ts'

const root = process.cwd()
const machines = await findMachines(root)
const writes = stateWrites(root, machines)
for (const { at, what } of writes) console.error(`${at}: writes ${what}; states move by moveState alone`)
if (writes.length > 0) process.exit(1)
console.log(`states: ${machines.length} machines, each write of a state is a move`)
