import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/**
 * Modules that only a command of the host's owner needs, or a person who is asked, and the files in which the
 * client finds them: those of the host's bundle, where they are in it.
 */
const outside = new Map([
  [`${dist}cli/define/context.js`, `${dist}host/context.js`],
  [`${dist}cli/errors/failure.js`, `${dist}host/failure.js`],
  [`${dist}commands/own-program.js`, `${dist}host/own-program.js`],
  [`${dist}commands/tree.js`, `${dist}host/tree.js`],
  [`${dist}commands/write-surface.js`, `${dist}commands/write-surface.js`],
])

/**
 * Writes the client as a few files: loading commander and forty modules one by one is 30 ms of processor,
 * as much as Node itself takes.
 */
const bundle = await rolldown({
  input: { laku: `${dist}cli/client/main.js` },
  platform: 'node',
  external: ['inquirer'],
  plugins: [
    {
      name: 'leave outside',
      resolveId(source, importer) {
        const file = importer && source.startsWith('.') ? resolve(dirname(importer), source) : undefined
        const id = file && outside.get(file)
        return id ? { id, external: true } : undefined
      },
    },
  ],
})

/** Node's own modules as they are written by the bundler, with and without what makes a default of them. */
const OWN_MODULE =
  /^let (\w+) = require\("(node:[\w/]+)"\);(?:\n\1 = require_rolldown_runtime\.__toESM\(\1(?:, 1)?\);)?$/gm

const LAZY =
  'const ownModule = (name) => new Proxy({}, { get: (_, key) => key === "default" ? process.getBuiltinModule(name) : process.getBuiltinModule(name)[key] });'

await bundle.write({
  dir: `${dist}cli/bundle`,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  plugins: [
    {
      name: 'load modules of Node on first use',
      renderChunk: (code) => {
        const lazy = code.replace(OWN_MODULE, 'let $1 = ownModule("$2");')
        return lazy === code ? null : `${LAZY}\n${lazy}`
      },
    },
  ],
})
