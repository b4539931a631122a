import { isatty } from 'node:tty'

/**
 * Whether this process belongs to a terminal: one of its standard streams is one. When that terminal is
 * closed, the process gets SIGHUP and ends. A process without a terminal runs on, for example under `nohup`,
 * which asks the system to ignore SIGHUP. Node takes that request back when it starts, so laku must keep it.
 */
export const hasTerminal = (): boolean => [0, 1, 2].some((stream) => isatty(stream))

/** Keeps a process that belongs to no terminal running when it gets SIGHUP. */
export function outliveHangUp(): void {
  if (!hasTerminal()) process.on('SIGHUP', () => {})
}
