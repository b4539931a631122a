// Prints the whole way of an event or a job: its reactions and jobs, the events that these emit, and the
// files in reading order. Example: `npm run flow payment.paid`.
import { choreography } from '../src/domain/composition/choreography.ts'
import { jobs } from '../src/jobs/registry.ts'
import { readCode } from './code-graph.ts'
import { printWay } from './print-way.ts'
import { Ways } from './ways.ts'

const rows = Object.entries(choreography)
const jobsOfEvents = new Map(rows.map(([event, { jobs = [] }]) => [event, jobs.map((rule) => rule.job)]))
const [name] = process.argv.slice(2)
const isJob = jobs.some((job) => job.name === name)
if (!name || (!jobsOfEvents.has(name) && !isJob)) {
  const room = name?.split('.')[0]
  const near = [...jobsOfEvents.keys(), ...jobs.map((job) => job.name)].filter((jobsOfEvent) =>
    room ? jobsOfEvent.split('.')[0] === room : jobsOfEvents.has(jobsOfEvent),
  )
  console.error(name ? `there is no event or job ${name}` : 'usage: npm run flow <event or job>')
  if (near.length > 0) console.error(`there are: ${near.join(', ')}`)
  process.exit(2)
}
const ways = new Ways(readCode(process.cwd()), jobsOfEvents)
console.log(printWay(ways, name, isJob))
