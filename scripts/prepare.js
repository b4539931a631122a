// `npm ci` in a checkout builds dist/. Where the compiler was left out (--omit=dev), dist/ comes with the package.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

if (existsSync('node_modules/typescript') && existsSync('src')) {
  const built = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  process.exit(built.status ?? 1)
}
