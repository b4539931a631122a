import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

// The unit of processor time in /proc on every Linux (USER_HZ).
const TICKS_PER_SECOND = 100

/** Returns the processor time of a process and its ended children (s); 0 if the machine has no /proc. */
export function cpuOf(pid: number): number {
  const fields = statOf(pid)
  return fields ? fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND : 0
}

/** Returns the fields after the name in /proc/PID/stat. The name may contain spaces. */
function statOf(pid: number | string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/**
 * Returns the processor time of a whole PostgreSQL on this machine (s): of its postmaster and all processes
 * that it started.
 */
export async function cpuOfDatabase(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  const postmaster = statOf(rows[0]?.pid as number)?.[1]
  if (postmaster === undefined) return 0
  const children = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statOf(pid)?.[1] === postmaster)
  const own = children.map((pid) => statOf(pid)?.slice(11, 13) ?? [])
  return (
    cpuOf(Number(postmaster)) + own.flat().reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
  )
}
