// Fails where the query builder writes a statement that docs/sql.md wants as a template, where a route, a
// webhook or a job casts what its schema or its payload types, and where a job is created outside of the unit
// of work.
import { castsIn } from './casts.ts'
import { directJobs } from './direct-jobs.ts'
import { builderViolations } from './sql-style.ts'

const root = process.cwd()
const statements = builderViolations(root)
for (const { at, what } of statements)
  console.error(`${at}: ${what} by the builder; docs/sql.md wants this statement as a template`)
const casts = castsIn(root)
for (const { at, what } of casts)
  console.error(`${at}: a cast to ${what}; the schema of a route and the payload of a job give the type`)
const jobs = directJobs(root)
for (const { at, what } of jobs)
  console.error(
    `${at}: a job is created by ${what}; list it in choreography.ts, or use queue.enqueue in the unit of work`,
  )
if (statements.length + casts.length + jobs.length > 0) process.exit(1)
console.log(
  'code: the builder reads and writes one table at a time; routes, webhooks and jobs are typed without casts; jobs are created in the unit of work',
)
