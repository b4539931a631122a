import { resolve } from 'node:path'
import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { requireMade } from '../../runtime/embedded/require-made.ts'
import { requireEmbeddedFor } from './embedded-only.ts'

export const backup = defineTask({
  name: 'backup',
  description:
    'Copy the running embedded database into one file. The keys of the configuration are not in it: save them separately.',
  args: [{ name: 'file', description: 'the new tar file; an existing file is not overwritten' }],
  input: z.object({ file: z.string().min(1) }),
  examples: ['laku db backup laku-2026-11-25.tar'],
  run: async (context, { file }) => {
    const config = context.config()
    requireEmbeddedFor(config, 'backup', 'pg_basebackup, pg_dump, or the snapshots of your database host')
    requireMade(config.dataDir)
    const { backUp } = await import('../../runtime/embedded/base-backup.ts')
    const path = resolve(file)
    const bytes = await backUp(config.dataDir, path)
    return {
      json: { file: path, bytes },
      text: `${path} holds the database: ${Math.ceil(bytes / 2 ** 20)} MB.`,
    }
  },
})
