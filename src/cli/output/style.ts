import { Chalk, type ChalkInstance } from 'chalk'

export type Style = ChalkInstance

interface Terminal {
  isTTY?: boolean
}

/**
 * Returns whether to print in colour: only on a terminal, and not with --no-color, NO_COLOR or a dumb
 * terminal.
 */
export function wantsColor(stream: Terminal, flag: boolean, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && flag && !env.NO_COLOR && env.TERM !== 'dumb'
}

export function createStyle(color: boolean): Style {
  return new Chalk({ level: color ? 1 : 0 })
}

const good = [
  'paid',
  'active',
  'success',
  'succeeded',
  'delivered',
  'completed',
  'ordered',
  'moq_reached',
  'orders_created',
]
const bad = ['failed', 'cancelled', 'expired', 'suspended', 'rejected', 'review', 'lost']

/** Returns the colour of a status, the same wherever the status is shown. */
export function statusColor(style: Style, status: string): Style {
  if (good.includes(status)) return style.green
  if (bad.includes(status)) return style.red
  return style.yellow
}
