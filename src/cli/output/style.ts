import { Chalk, type ChalkInstance } from 'chalk'

export type Style = ChalkInstance

interface Terminal {
  isTTY?: boolean
}

/** Colour only on a terminal that wants it: not with --no-color, NO_COLOR or a dumb one. */
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

/** The colour of a state, the same wherever it is shown. */
export function statusColor(style: Style, status: string): Style {
  if (good.includes(status)) return style.green
  if (bad.includes(status)) return style.red
  return style.yellow
}
