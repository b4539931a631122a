import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const folder = `${dist}host`

/**
 * Libraries of twenty to a hundred modules each, which every command of the host loads, and the one that
 * uses zod with them: there is one zod.
 */
const bundled = /^(kysely|libphonenumber-js|zod|uuid|fastify-type-provider-zod)(\/|$)/

/**
 * Writes the program that the commands of the host's owner load (serve, worker, db, doctor), and the work
 * thread of `serve`, as a few files: loading its 700 modules one by one takes as much processor time as all
 * else at a start.
 */
const bundle = await rolldown({
  input: {
    context: `${dist}cli/define/context.js`,
    failure: `${dist}cli/errors/failure.js`,
    'own-program': `${dist}commands/own-program.js`,
    thread: `${dist}commands/work-thread/thread.js`,
    tree: `${dist}commands/tree.js`,
  },
  platform: 'node',
  external: (id) => !id.startsWith('.') && !isAbsolute(id) && !bundled.test(id),
  plugins: [
    {
      name: 'keep the addresses of files beside a module',
      transform(code, id) {
        if (!id.startsWith(dist) || !code.includes('import.meta.url')) return null
        const address = `new URL(${JSON.stringify(relative(folder, id))}, import.meta.url).href`
        return { code: code.replaceAll('import.meta.url', address), map: null }
      },
    },
  ],
})
await bundle.write({
  dir: folder,
  format: 'esm',
  cleanDir: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
})
