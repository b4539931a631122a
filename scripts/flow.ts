// Prints the whole way of an event or a job: its reactions and jobs, the events that these emit, and the
// files in reading order. Example: `npm run flow payment.paid`.
import { choreography } from '../src/domain/composition/choreography.ts'
import { jobs } from '../src/jobs/registry.ts'
import { readCode } from './code-graph.ts'
import { ABOUT_CONDITIONS, printWay } from './print-way.ts'
import { Ways } from './ways.ts'

const rows = Object.entries(choreography)
const jobsOfEvents = new Map(rows.map(([event, { jobs = [] }]) => [event, jobs.map((rule) => rule.job)]))
const [name] = process.argv.slice(2)
const isJob = jobs.some((job) => job.name === name)
if (!name || (!jobsOfEvents.has(name) && !isJob)) {
  const room = name?.split('.')[0]
  const ofRoom = (all: readonly string[]) => {
    const near = all.filter((known) => known.split('.')[0] === room)
    return near.length > 0 ? near : all
  }
  console.error(
    name ? `there is no event or job ${name}` : `usage: npm run flow <event or job>\n${ABOUT_CONDITIONS}`,
  )
  console.error(`events: ${ofRoom([...jobsOfEvents.keys()]).join(', ')}`)
  console.error(`jobs: ${ofRoom(jobs.map((job) => job.name)).join(', ')}`)
  process.exit(2)
}
const root = process.cwd()
const ways = new Ways(root, readCode(root), jobsOfEvents)
console.log(printWay(ways, name, isJob))
