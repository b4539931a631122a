import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Declaration, readCode } from './code-graph.ts'
import { fileOfJob } from './ways.ts'

const page = readFileSync('docs/ARCHITECTURE.md', 'utf8')
const CHOREOGRAPHY = 'src/domain/composition/choreography.ts'

/**
 * The number of files of each way. A reader used to open 41, 24 and 22 files; the limit is two thirds of
 * these numbers.
 */
const ways = [
  ['From a join to the orders of its session', 27],
  ['A refund by staff', 16],
  ['A settlement with a factory', 14],
] as const

/**
 * Matches the files at which a command, a route or a webhook enters, and the unit of work, which all of them
 * call.
 */
const isEntrance = (file: string) =>
  /^src\/(http\/(routes|webhooks)|commands)\//.test(file) ||
  file === 'src/domain/kernel/unit-of-work.ts' ||
  page.includes(`| \`${file}\` | \`laku `)

function filesOf(title: string): string[] {
  const section = page.split(/^#{2,3} /m).find((text) => text.startsWith(`${title}\n`)) ?? ''
  return [...section.matchAll(/^\| \d+ \| `([^`]+)` \|/gm)].map((match) => match[1] as string)
}

/** The files that each file's declarations name. */
const callees = new Map<string, Set<string>>()
const graph = readCode(process.cwd())
for (const { file, uses } of graph.values()) {
  const named = callees.get(file) ?? new Set()
  for (const key of uses) named.add((graph.get(key) as Declaration).file)
  callees.set(file, named)
}
const choreographed = [...readFileSync(CHOREOGRAPHY, 'utf8').matchAll(/job: ['`]([\w.]+)/g)]
const jobFiles = new Set([
  ...choreographed.map((match) => fileOfJob(match[1] as string)),
  ...['xendit', 'biteship', 'whatsapp'].map((provider) => fileOfJob(`webhooks.${provider}`)),
])
/** The files of the use cases that jobs call: a job's own file only calls them. */
const calledByJobs = new Set([...jobFiles].flatMap((file) => [...(callees.get(file) ?? [])]))

describe('the three ways of docs/ARCHITECTURE.md', () => {
  it.each(ways)('%s: at most %i files, each of them there', (title, most) => {
    const files = filesOf(title)
    expect(files.length).toBeGreaterThan(10)
    expect(files.length).toBeLessThanOrEqual(most)
    expect(files.filter((file) => !existsSync(file))).toEqual([])
  })

  it.each(ways)('%s: each file is led to by one above it', (title) => {
    const files = filesOf(title)
    const lost = files.filter((file, i) => {
      const above = files.slice(0, i)
      const isCalled = above.some((caller) => callees.get(caller)?.has(file))
      const followsEvents = above.includes(CHOREOGRAPHY) || above.includes('src/domain/webhooks/inbox.ts')
      const isJob = followsEvents && (jobFiles.has(file) || calledByJobs.has(file))
      return !isCalled && !isJob && !isEntrance(file) && file !== CHOREOGRAPHY
    })
    expect(lost).toEqual([])
  })
})
