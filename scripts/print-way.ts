import type { Acts } from './acts.ts'
import type { Follower, Step, WayFile, Ways } from './ways.ts'

/** The maximum number of entrances that are listed for one event. */
const ENTRANCES_SHOWN = 20

/** Explains which conditions a printed way shows, and where a reader finds the others. */
export const ABOUT_CONDITIONS =
  '(only if …), (unless …): the condition of a job in choreography.ts. A reaction decides in its own code which events concern it.'

/**
 * Returns the way of an event or job as text: each event with its entrances, reactions and jobs, then all
 * files of the way, in reading order. The entrances are listed for the first event alone.
 */
export function printWay(ways: Ways, name: string, isJob: boolean): string {
  const begin = isJob ? ways.job(name) : undefined
  const steps = begin ? ways.from(...begin.emits) : ways.from(name)
  const ends = new Set(steps.filter((step) => step.followers.length === 0).map((step) => step.event))
  const shown = new Set<string>()
  const print = (follower: Follower) => printFollower(follower, ends, shown)
  const lines = begin ? print(begin) : []
  for (const step of steps) {
    if (step.event === name || !ends.has(step.event))
      lines.push('', ...printStep(step, step.event === name, print))
  }
  const files = filesOf(steps, begin)
  lines.push('', 'files, in order', ...files.map((file, i) => `${String(i + 1).padStart(4)}  ${file}`))
  if (ends.size > 0)
    lines.push('', '(end): nobody follows the event, or a message is sent (npm run flow notify)')
  lines.push('', ABOUT_CONDITIONS)
  return lines.join('\n').trim()
}

function printStep(
  { event, emittedBy, entrances, after, followers }: Step,
  isFirst: boolean,
  print: (follower: Follower) => string[],
): string[] {
  const by = emittedBy.map(({ name, file }) => `    ${name}  ${file}`)
  const begins = isFirst ? printBeginnings(entrances, after) : []
  const parts = [
    ['in the same transaction', followers.filter(({ kind }) => kind === 'reaction')],
    ['a job each, after the commit', followers.filter(({ kind }) => kind === 'job')],
  ] as const
  const then = parts.flatMap(([title, some]) =>
    some.length > 0 ? [`  ${title}`, ...some.flatMap(print)] : [],
  )
  return [event, '  emitted by', ...by, ...begins, ...(then.length > 0 ? then : ['  nobody follows'])]
}

function printBeginnings(entrances: readonly string[], after: readonly string[]): string[] {
  const more = entrances.length - ENTRANCES_SHOWN
  return [
    ...(entrances.length > 0 ? ['  begun by'] : []),
    ...entrances.slice(0, ENTRANCES_SHOWN).map((file) => `    ${file}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...(after.length > 0 ? [`  follows ${after.join(', ')}`] : []),
  ]
}

function printFollower(
  { name, when, emits, files }: Follower,
  ends: ReadonlySet<string>,
  shown: Set<string>,
): string[] {
  const said = when === undefined ? name : `${name} (${when})`
  if (shown.has(name)) return [`    ${said} (as above)`]
  shown.add(name)
  const events = emits.map((event) => (ends.has(event) ? `${event} (end)` : event))
  return [
    `    ${said}${events.length > 0 ? ` -> ${events.join(', ')}` : ''}`,
    ...files.map(({ file, acts }) => `      ${[file, ...wordsOf(acts)].join('  ')}`),
  ]
}

/** Says in words what a file does, besides the events that its follower names. */
function wordsOf({ posts, moves, calls }: Acts): string[] {
  return [
    ...(posts ? ['posts to the ledger'] : []),
    ...(moves.length > 0 ? [`moves ${moves.join(', ')}`] : []),
    ...(calls.length > 0 ? [`calls ${calls.join(', ')}`] : []),
  ]
}

/**
 * Returns the files of a way, each once. If the way begins at an event, the files that emit it come first.
 */
function filesOf(steps: readonly Step[], begin: Follower | undefined): string[] {
  const names = (some: readonly WayFile[]) => some.map(({ file }) => file)
  const first = begin ? names(begin.files) : (steps[0]?.emittedBy ?? []).map(({ file }) => file)
  const files = steps.flatMap(({ followers }) => followers.flatMap((follower) => names(follower.files)))
  return [...new Set([...first, 'src/domain/composition/choreography.ts', ...files])]
}
