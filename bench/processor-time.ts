import { readdirSync, readFileSync } from 'node:fs'

// A tick of /proc is 10 ms on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK) = 100).
const TICK_MS = 10

interface Process {
  pid: number
  parent: number
  /** The ticks of processor time that the process itself used, user and system. */
  own: number
  /**
   * The ticks of processor time that the process's ended children used, as far as the process has waited for
   * them.
   */
  ended: number
}

/**
 * Returns the processor time (ms, user and system) of these processes and of all processes that they have
 * started. Linux only.
 */
export function processorMs(...roots: number[]): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
  const children = Map.groupBy(all, (process) => process.parent)
  const ticks = (process: Process): number =>
    process.own +
    process.ended +
    (children.get(process.pid) ?? []).reduce((sum, child) => sum + ticks(child), 0)
  return all
    .filter((process) => roots.includes(process.pid))
    .reduce((sum, process) => sum + ticks(process) * TICK_MS, 0)
}

/**
 * Returns the id of the process that started this process; for a PostgreSQL backend, that is the postmaster.
 */
export const parentOf = (pid: number): number | undefined => readProcess(pid)?.parent

function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The process's name is in brackets and may contain spaces, so the fields are counted from the closing
    // bracket.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent = 0, utime = 0, stime = 0, cutime = 0, cstime = 0] = [1, 11, 12, 13, 14].map(
      (i) => fields[i],
    )
    return { pid, parent, own: utime + stime, ended: cutime + cstime }
  } catch {
    // The process ended after /proc was listed and before its file was read.
    return undefined
  }
}
