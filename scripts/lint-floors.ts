// Fails when an import goes up a floor, sideways between fronts, past a domain's door, or in a ring.
import { floorViolations, readGraph, readImports } from './floors.ts'

const root = process.cwd()
const imports = readImports(root)
const violations = floorViolations(readGraph(root), imports)
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} imports ${to}`)
if (violations.length > 0) process.exit(1)
console.log(`floors: ${imports.length} imports, every one goes down`)
