// Fails where the query builder writes a statement that docs/sql.md wants as a template.
import { builderViolations } from './sql-style.ts'

const found = builderViolations(process.cwd())
for (const { at, what } of found)
  console.error(`${at}: ${what} by the builder; docs/sql.md wants this statement as a template`)
if (found.length > 0) process.exit(1)
console.log('sql: the builder reads and writes one table at a time, by its columns')
