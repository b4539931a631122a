// Writes the files that are generated from the code and kept in the repository. With --check, changes nothing
// and fails if such a file is out of date.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { allCommands } from '../src/commands/tree.ts'
import { errorCatalogue } from '../src/domain/kernel/index.ts'
import { loadConfig } from '../src/runtime/config.ts'
import { dumpSchema } from '../src/runtime/dump-schema.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../src/runtime/embedded-postgres.ts'
import { makeDevelopment } from '../src/runtime/environment/stamp.ts'
import { migrate } from '../src/runtime/migrate.ts'
import { adrIndex } from './adr-index.ts'
import { cliPage } from './cli-page.ts'
import { errorsPage } from './errors-page.ts'
import { floorsPage } from './floors-page.ts'
import { findMachines } from './machines.ts'
import { metricsPage } from './metrics-page.ts'
import { openApiDocument } from './openapi.ts'
import { rolesPage } from './roles-page.ts'
import { sandboxPage } from './sandbox-page.ts'
import { statesPages } from './states-pages.ts'

const check = process.argv.includes('--check')
let drifted = false

function keep(path: string, text: string): void {
  if (check) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return
    drifted = true
    console.error(`${path} is not what the code says: run npm run generate`)
  } else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}

function generateTypes(url: string): void {
  const types = JSON.stringify({ int8: 'number', date: 'string', jsonb: 'unknown' })
  const target = ['--url', url, '--dialect', 'postgres', '--out-file', 'src/domain/kernel/schema.ts']
  const shape = [
    '--camel-case',
    '--type-mapping',
    types,
    '--exclude-pattern',
    '*.kysely_*',
    '--log-level',
    'error',
  ]
  const args = [...target, ...shape, ...(check ? ['--verify'] : [])]
  const done = spawnSync('node_modules/.bin/kysely-codegen', args, { stdio: 'inherit' })
  if (done.status === 0) return
  drifted = true
  console.error('src/domain/kernel/schema.ts is not what the migrations say: run npm run generate')
}

const dataDir = mkdtempSync(join(tmpdir(), 'laku-generate-'))
try {
  const { ownerUrl, appUrl } = await startEmbeddedPostgres(dataDir, { fast: true })
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 })
  await migrate(pool, new URL(appUrl).username)
  await makeDevelopment(pool, loadConfig({ env: {} }))
  generateTypes(ownerUrl)
  keep('docs/schema.sql', await dumpSchema(pool))
  await pool.end()
  keep('openapi.json', await openApiDocument(appUrl))
  keep('docs/metrics.md', await metricsPage(appUrl))
  // A module of errors declares its errors when it is loaded, so all of them are imported here.
  for (const file of globSync('src/**/*errors.ts')) await import(join(process.cwd(), file))
  keep('docs/errors.md', errorsPage(errorCatalogue()))
  for (const [file, page] of statesPages(await findMachines(process.cwd()))) keep(`docs/states/${file}`, page)
  keep('docs/roles.md', rolesPage())
  keep('docs/sandbox.md', sandboxPage(readFileSync('docs/sandbox.md', 'utf8')))
  keep('docs/adr/README.md', adrIndex())
  keep('docs/cli.md', cliPage(await allCommands()))
  keep('docs/floors.md', floorsPage(process.cwd()))
} finally {
  await stopEmbeddedPostgres(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
}
if (drifted) process.exit(1)
console.log(check ? 'generated files: as the code says' : 'done')
