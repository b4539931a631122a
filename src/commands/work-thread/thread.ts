import { setPriority } from 'node:os'

/**
 * The nice value of this thread: a higher value means a lower priority, and Linux keeps a priority for each
 * thread. So the thread that answers buyers runs first if both threads have work.
 */
const NICE = 10

if (process.platform === 'linux') setPriority(0, NICE)
// The other modules are imported after the priority is lowered, because loading them takes a second of
// processor time. At normal priority, this would delay the answers to buyers.
await import('./execute-orders.ts')
