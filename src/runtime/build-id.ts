import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../', import.meta.url))
const file = join(built, 'build-id')

/**
 * Writes the id of a build: a digest of all its files of code, so that the same code has the same id. This is
 * the last step of the build.
 */
export function writeBuildId(): void {
  const code = createHash('sha256')
  const names = readdirSync(built, { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((path) => /\.c?js$/.test(path)).toSorted())
    code.update(`${name}\n`).update(readFileSync(join(built, name)))
  writeFileSync(file, code.digest('base64url'))
}

/**
 * Returns the id of the build whose files are on the disk now; undefined in a checkout that runs without a
 * build.
 */
export function buildId(): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** The build that was on the disk when this process started. The process runs code of this build. */
export const loadedBuild = buildId()
