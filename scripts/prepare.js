// `npm ci` in a checkout builds dist/. Where the compiler was left out (--omit=dev), dist/ comes with the package.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

// npm leaves packages out that an older Node cannot run, and the bundler is one of them. Debian 12 has Node 18.
const OLDEST = 20

if (existsSync('node_modules/typescript') && existsSync('src')) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST) {
    console.error(
      `npm ci of laku needs Node ${OLDEST} or newer, and this is ${process.versions.node}: install Node 24 from https://nodejs.org, then repeat it`,
    )
    process.exit(1)
  }
  const built = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  process.exit(built.status ?? 1)
}
