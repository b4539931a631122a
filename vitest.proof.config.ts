import { defineConfig } from 'vitest/config'
import { memoryFolder } from './test/memory-folder.ts'

// All processes of the run take it over.
process.env.TMPDIR = memoryFolder()

/** What is too long for `npm test`: races of 200 rounds and their like, by `npm run proof`. */
export default defineConfig({
  test: {
    include: ['**/*.proof.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
})
