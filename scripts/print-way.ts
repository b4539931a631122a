import type { Follower, Step, Ways } from './ways.ts'

/**
 * Returns the way of an event or job as text: each event with its reactions and jobs, then all files of the
 * way, in reading order.
 */
export function printWay(ways: Ways, name: string, isJob: boolean): string {
  const begin = isJob ? ways.job(name) : undefined
  const steps = begin ? ways.from(...begin.emits) : ways.from(name)
  const ends = new Set(steps.filter((step) => step.followers.length === 0).map((step) => step.event))
  const shown = new Set<string>()
  const print = (follower: Follower) => printFollower(follower, ends, shown)
  const lines = begin ? print(begin) : []
  for (const step of steps) {
    if (step.event === name || !ends.has(step.event)) lines.push('', ...printStep(step, print))
  }
  const files = filesOf(steps, begin)
  lines.push('', 'files, in order', ...files.map((file, i) => `${String(i + 1).padStart(4)}  ${file}`))
  if (ends.size > 0) lines.push('', '(end): nobody follows the event')
  return lines.join('\n').trim()
}

function printStep({ event, emittedBy, followers }: Step, print: (follower: Follower) => string[]): string[] {
  const by = emittedBy.map(({ name, file }) => `    ${name}  ${file}`)
  const parts = [
    ['in the same transaction', followers.filter(({ kind }) => kind === 'reaction')],
    ['a job each, after the commit', followers.filter(({ kind }) => kind === 'job')],
  ] as const
  const after = parts.flatMap(([title, some]) =>
    some.length > 0 ? [`  ${title}`, ...some.flatMap(print)] : [],
  )
  return [event, '  emitted by', ...by, ...(after.length > 0 ? after : ['  nobody follows'])]
}

function printFollower(
  { name, emits, files }: Follower,
  ends: ReadonlySet<string>,
  shown: Set<string>,
): string[] {
  if (shown.has(name)) return [`    ${name} (as above)`]
  shown.add(name)
  const events = emits.map((event) => (ends.has(event) ? `${event} (end)` : event))
  return [
    `    ${name}${events.length > 0 ? ` -> ${events.join(', ')}` : ''}`,
    ...files.map((file) => `      ${file}`),
  ]
}

/**
 * Returns the files of a way, each once. If the way begins at an event, the files that emit it come first.
 */
function filesOf(steps: readonly Step[], begin: Follower | undefined): string[] {
  const first = begin ? begin.files : (steps[0]?.emittedBy ?? []).map(({ file }) => file)
  const files = steps.flatMap(({ followers }) => followers.flatMap((follower) => follower.files))
  return [...new Set([...first, 'src/domain/composition/choreography.ts', ...files])]
}
