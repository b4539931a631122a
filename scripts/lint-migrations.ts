import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

// A database that has a migration never runs an older one, and never runs it again. So a new migration comes
// after all released ones, and a released one is not edited. Otherwise no database of that release can be
// upgraded. `migrations/released.json` names the last one. `--release` writes it anew at a release.

const folder = 'migrations'
const file = `${folder}/released.json`

interface Released {
  last: string
  /** The SHA-256 of all migrations up to the last one. */
  sha256: string
}

const names = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort()

function sha256Of(released: readonly string[]): string {
  const hash = createHash('sha256')
  for (const name of released) hash.update(`${name}\n`).update(readFileSync(`${folder}/${name}`))
  return hash.digest('hex')
}

if (process.argv.includes('--release')) {
  const released: Released = { last: names.at(-1) ?? '', sha256: sha256Of(names) }
  writeFileSync(file, `${JSON.stringify(released, null, 2)}\n`)
}

const { last, sha256 } = JSON.parse(readFileSync(file, 'utf8')) as Released
if (sha256Of(names.filter((name) => name <= last)) !== sha256) {
  console.error(
    `migrations up to ${last} were released, and one of them was edited, removed or added. Undo this; a new migration has a number above ${last.slice(0, 4)}.`,
  )
  process.exit(1)
}
console.log(`migrations: ${names.length}, the released ones up to ${last} are as they were`)
