#!/usr/bin/env node
// Picks the Node that laku runs on. An old Node must get as far as its message: no syntax here past that of Node 12,
// and nothing imported by a name that it lacks.
import module from 'node:module'

// By name, import reads every export of a module: 10 ms of processor for these.
const load = module.createRequire(import.meta.url)
const { existsSync, mkdirSync, statSync } = load('fs')
const { dirname, join } = load('path')
const { fileURLToPath, pathToFileURL } = load('url')

const oldest = [22, 12]
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const program = join(root, 'dist', 'commands', 'main.js')
// The same program in a few files, by the build: loading its modules one by one is 25 ms.
const bundle = join(root, 'dist', 'cli', 'bundle', 'laku.cjs')

if (isNewEnough(process.versions.node)) start()
else startOnBundledNode()

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

function start() {
  // A report that Node writes of a crash would contain the environment, and with it every secret.
  if (process.report) process.report.excludeEnv = true
  if (!existsSync(program)) return fail(`laku is not built: run "npm run build" in ${root}`)
  const cache = module.enableCompileCache && cacheFolder()
  if (cache) module.enableCompileCache(cache)
  if (existsSync(bundle)) return load(bundle).main(process.argv)
  import(pathToFileURL(program).href).then((commands) => commands.main(process.argv))
}

/**
 * The folder of this person's for compiled code. Node's usual one lies in /tmp: whoever makes it first there
 * can change what all others run. One that somebody else may write is left alone.
 */
function cacheFolder() {
  const { NODE_COMPILE_CACHE: given, XDG_CACHE_HOME: caches } = process.env
  if (given) return given
  try {
    const folder = join(caches || join(load('os').homedir(), '.cache'), 'laku')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(folder)
    const isOwn = !process.getuid || (uid === process.getuid() && (mode & 0o022) === 0)
    return isOwn ? folder : undefined
  } catch {
    return undefined
  }
}

function startOnBundledNode() {
  const node = bundledNode()
  if (!node) return fail(needed('run "npm ci" there with optional packages, which bring one'))
  const child = load('child_process').spawn(
    node,
    [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)),
    {
      stdio: 'inherit',
    },
  )
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
  const passOn = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, passOn)
  child.on('error', (error) => fail(needed(`the bundled ${node} does not run here (${error.code})`)))
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code)
    for (const one of signals) process.removeListener(one, passOn)
    process.kill(process.pid, signal)
  })
}

function bundledNode() {
  const windows = process.platform === 'win32'
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`
  try {
    const folder = dirname(load.resolve(`${name}/package.json`))
    const node = join(folder, 'bin', windows ? 'node.exe' : 'node')
    return existsSync(node) ? node : undefined
  } catch {
    return undefined
  }
}

function needed(remedy) {
  const wanted = oldest.join('.')
  return `laku in ${root} needs Node ${wanted} or newer and this is ${process.versions.node}: ${remedy}, or install Node 24 from https://nodejs.org`
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 2
}
