// `npm run bench -- <name> [--json]` runs one bench. It prints the speed as a ratio to the same work in raw
// SQL, measured in the same run.
const benches: Record<string, () => Promise<{ run(args: string[]): Promise<boolean> }>> = {
  command: () => import('./command/bench.ts'),
  join: () => import('./join/bench.ts'),
  staff: () => import('./staff/bench.ts'),
  'sessions-list': () => import('./sessions-list/bench.ts'),
}

const [name, ...args] = process.argv.slice(2)
const load = name === undefined ? undefined : benches[name]
if (!load) {
  console.error(`which benchmark? one of: ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
const { run } = await load()
process.exit((await run(args)) ? 0 : 1)
