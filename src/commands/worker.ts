import { z } from 'zod'
import { defineTask } from '../cli/define/command.ts'
import { outsideRequests } from '../runtime/request-id.ts'
import { announce, openProcess, processShutdown, untilStopped } from './process.ts'

export const worker = defineTask({
  name: 'worker',
  description: 'Run jobs until a signal stops it. Several workers can use one database.',
  input: z.object({}),
  run: async (context) => {
    const { startWorker } = await import('../jobs/worker.ts')
    const laku = await openProcess(context.config(), 'worker')
    try {
      const running = await outsideRequests(() => startWorker(laku))
      const shutdown = processShutdown(laku.logger)
      shutdown.onShutdown('laku', () => laku.close())
      shutdown.onShutdown('worker', () => running.close())
      announce({ ready: 'worker' })
      context.output.result({ worker: 'ready' }, 'The worker is ready.')
    } catch (error) {
      await laku.close()
      throw error
    }
    return await untilStopped()
  },
})
