import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { formatTime, printable } from '../../cli/output/format.ts'
import type { Output } from '../../cli/output/output.ts'
import type { SessionView } from '../../domain/group-buying/index.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { sessionNamed } from './session.ts'

const BAR = 30
const SHORTEST_BAR = 10
const LINES_EACH = 2
// The number of lines of the live view that show no session: its first line, an empty line, and the line that
// says how to end the view.
const OTHER_LINES = 3
/** The number of sessions shown where no terminal limits them. */
const SHOWN = 20

const seconds = z
  .string()
  .regex(/^\d{1,4}$/, 'it takes whole seconds')
  .transform(Number)
  .pipe(z.int().min(1))

export const watch = defineTask({
  name: 'watch',
  exits: [3],
  reads: true,
  live: true,
  description:
    'Show live how far sessions are from their MOQ, their money in escrow, and the time left. Without a terminal, or with --json, show it once.',
  args: [
    { name: 'session', description: 'the UUID or code of one session (all that are open)', optional: true },
  ],
  options: [{ flags: '--every <seconds>', description: 'the seconds between two updates (2)' }],
  input: z.object({ session: z.string().optional(), every: seconds.default(2) }),
  examples: ['laku sessions watch', 'laku sessions watch GBS-261123-7K3QX2 --every 5'],
  run: async (context, { session, every }) => {
    const { output } = context
    // In a server, the sessions are drawn once per request; the client that displays them requests the next
    // drawing.
    if (output.json || output.width === undefined || output.emit) {
      const seen = await look(context, session)
      return { json: seen, text: picture(seen, output) }
    }
    const { showLive } = await import('../../cli/output/live-screen.ts')
    // A session that does not exist is reported before the live view changes the terminal's screen.
    if (session !== undefined) await look(context, session)
    await showLive(output, every, async () => picture(await look(context, session), output))
    return undefined
  },
})

type Watched = SessionView & { escrowIdr: number }
type Look = { at: Date; data: Watched[] }

async function look(context: CommandContext, session: string | undefined): Promise<Look> {
  const { liveSessions } = await import('../../domain/group-buying/list.ts')
  const { balances } = await import('../../domain/ledger/balances.ts')
  const { escrow } = await import('../../domain/ledger/accounts.ts')
  return await context.read(async ({ tx, now }) => {
    const { height } = context.output
    const room = height === undefined ? SHOWN : Math.max(1, Math.floor((height - OTHER_LINES) / LINES_EACH))
    const sessions = session === undefined ? await liveSessions(tx, room) : [await sessionNamed(tx, session)]
    const held = await balances(
      tx,
      sessions.map(({ id }) => escrow(id)),
    )
    const idr = new Map(held.map(({ account, balanceIdr }) => [account, balanceIdr]))
    return {
      at: now,
      data: sessions.map((session) => ({ ...session, escrowIdr: idr.get(escrow(session.id)) ?? 0 })),
    }
  })
}

function picture({ at, data }: Look, { style, width = Number.POSITIVE_INFINITY }: Output): string {
  const head = style.bold(`sessions at ${formatTime(at)} WIB`)
  if (data.length === 0) return `${head}\nNo session is open. Create one with laku sessions create.`
  const blocks = data.map((watched) => {
    const { code, status, paidUnits, heldUnits, moq, escrowIdr, product } = watched
    const named = `${code}  ${status}  ${printable(product.name)}`
    const facts = [
      `${paidUnits} of ${moq} paid, ${heldUnits} held`,
      `${formatIdr(escrowIdr)} in escrow`,
      timeLeft(watched, at),
    ]
    const told = facts.join('  ').trimEnd()
    const room = Math.max(SHORTEST_BAR, Math.min(BAR, width - told.length - 4))
    const line = `  ${barOf(paidUnits, heldUnits, moq, room)}  ${told}`
    return `${style.bold(code)}${cut(named, width).slice(code.length)}\n${cut(line, width)}`
  })
  return [head, ...blocks].join('\n')
}

const cut = (line: string, width: number) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)

/**
 * Returns a bar that shows how much of a session's MOQ is reached: paid units are full blocks, held units are
 * half blocks.
 */
export function barOf(paid: number, held: number, moq: number, length = BAR): string {
  const width = (units: number) => Math.min(length, Math.floor((length * units) / moq))
  const full = width(paid)
  const half = width(paid + held) - full
  return `${'█'.repeat(full)}${'▒'.repeat(half)}${'░'.repeat(length - full - half)}`
}

/**
 * Returns the time left of a forming session: `2d 03h`, `14h 05m`, `3m 20s`; empty for a session that no
 * longer forms.
 */
export function timeLeft({ status, endsAt }: Pick<SessionView, 'status' | 'endsAt'>, now: Date): string {
  if (status !== 'forming') return ''
  const leftS = Math.max(0, Math.floor((endsAt.getTime() - now.getTime()) / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [days, hours, minutes] = [
    Math.floor(leftS / 86_400),
    Math.floor(leftS / 3_600) % 24,
    Math.floor(leftS / 60) % 60,
  ]
  if (days > 0) return `${days}d ${two(hours)}h left`
  if (hours > 0) return `${hours}h ${two(minutes)}m left`
  return `${minutes}m ${two(leftS % 60)}s left`
}
