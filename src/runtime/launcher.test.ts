import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const launcher = fileURLToPath(new URL('../../bin/laku.js', import.meta.url))
const bundled = `node-${process.platform}-${process.arch}`
const bundledFolder = dirname(createRequire(import.meta.url).resolve(`${bundled}/package.json`))

/** The path of a Node on this machine that is too old for laku, if there is one. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  if (!existsSync(path)) return false
  const version = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout
  return Number(version.split('.')[0]) < 22
})

const root = mkdtempSync(join(tmpdir(), 'laku launcher test-'))
const copy = join(root, 'bin', 'laku.js')
const dist = join(root, 'dist', 'commands')

const program = `
  export async function main(argv) {
    if (argv[2] === 'exit') process.exit(Number(argv[3]))
    if (argv[2] === 'die') process.kill(process.pid, 'SIGKILL')
    if (argv[2] === 'wait') {
      process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(7) })
      setInterval(() => {}, 1000)
    }
    let input = ''
    if (argv[2] === 'read') for await (const chunk of process.stdin) input += chunk
    console.log(JSON.stringify({ major: parseInt(process.versions.node), args: argv.slice(2), input }))
  }`

beforeAll(() => {
  mkdirSync(dirname(copy))
  copyFileSync(launcher, copy)
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
})
afterAll(() => rmSync(root, { recursive: true }))

function build(): void {
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, 'main.js'), program)
}

function bundle(): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  if (!existsSync(join(root, 'node_modules', bundled))) {
    symlinkSync(bundledFolder, join(root, 'node_modules', bundled))
  }
}

function laku(node: string, args: string[], input = '') {
  const { status, signal, stdout, stderr } = spawnSync(node, [copy, ...args], { input, encoding: 'utf8' })
  return { status, signal, stdout, stderr }
}

test('without dist/ it says how to build, and ends with 2', () => {
  expect(laku(process.execPath, ['--help'])).toEqual({
    status: 2,
    signal: null,
    stdout: '',
    stderr: `laku is not built: run "npm run build" in ${root}\n`,
  })
})

test('on a good Node it runs in the same process, with its arguments', () => {
  build()
  const { stdout, stderr } = laku(process.execPath, ['read', 'a b', '--json'], 'in')
  const major = Number.parseInt(process.versions.node, 10)
  expect(JSON.parse(stdout)).toEqual({ major, args: ['read', 'a b', '--json'], input: 'in' })
  expect(stderr).toBe('')
})

test.runIf(oldNode)('on an old Node without the bundled one it says in a line what it needs', () => {
  build()
  const { status, stdout, stderr } = laku(oldNode ?? '', ['--help'])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^laku in .* needs Node 22\.12 or newer and this is \d+.*npm ci.*nodejs\.org\n$/)
})

test.runIf(oldNode)(
  'on an old Node it goes on with the bundled one: input, output and exit code pass',
  () => {
    build()
    bundle()
    const { stdout, stderr, status } = laku(oldNode ?? '', ['read', '$HOME "x"'], 'in')
    expect(JSON.parse(stdout)).toEqual({ major: 24, args: ['read', '$HOME "x"'], input: 'in' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(laku(oldNode ?? '', ['exit', '8']).status).toBe(8)
    expect(laku(oldNode ?? '', ['die']).signal).toBe('SIGKILL')
  },
)

test.runIf(oldNode)('signals reach the process behind it', async () => {
  build()
  bundle()
  const child = spawn(oldNode ?? '', [copy, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk) => {
    if (out === '') child.kill('SIGTERM')
    out += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code).toBe(7)
  expect(out).toContain('got SIGTERM')
})
