import { resolve } from 'node:path'
import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { isFolderNamed, requireEmbeddedFor } from './embedded-only.ts'

export const restore = defineTask({
  name: 'restore',
  description: 'Restore a backup as the embedded database of an empty data folder, and start it.',
  args: [{ name: 'file', description: 'the file that laku db backup made' }],
  input: z.object({ file: z.string().min(1) }),
  examples: ['laku db restore laku-2026-11-25.tar --data-dir .laku-restored'],
  run: async (context, { file }) => {
    const config = context.config()
    requireEmbeddedFor(config, 'restore', 'pg_restore, or a base backup of its own')
    if (!isFolderNamed(context, config))
      throw usageError('name the folder for the restored database with --data-dir, like .laku-restored')
    const { restore: bringBack } = await import('../../runtime/embedded/base-backup.ts')
    await bringBack(config.dataDir, resolve(file))
    return {
      json: { dataDir: config.dataDir, restored: true },
      text: [
        `The database of ${config.dataDir} runs again: laku db migrate, then laku ledger verify.`,
        'No money moves until laku payments adopt has taken over what the provider knows and this backup does not.',
      ].join('\n'),
    }
  },
})
