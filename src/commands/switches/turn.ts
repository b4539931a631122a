import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { Work } from '../../domain/kernel/index.ts'
import { switchNames } from '../../domain/ops/index.ts'
import { formatWaiting } from './waiting.ts'

const shape = {
  args: [{ name: 'switch', description: `the switch: ${switchNames.join(', ')}` }],
  input: z.object({ switch: z.enum(switchNames) }),
}

export const pause = defineChange({
  ...shape,
  name: 'pause',
  description:
    'Pause joins, payouts or a provider. Paused work waits until you resume it; joins are refused meanwhile.',
  examples: ['laku switches pause payouts --reason "the bank answers twice"'],
  needsReason: true,
  change: (work, { switch: name }, reason) => turn(work, name, true, reason),
  done: (result) => `${result.name} is paused.${behind(result)}`,
})

export const resume = defineChange({
  ...shape,
  name: 'resume',
  description: 'Resume what was paused.',
  examples: ['laku switches resume payouts --reason "the bank has fixed it"'],
  change: (work, { switch: name }, reason) => turn(work, name, false, reason || 'resumed'),
  done: (result) => `${result.name} goes on.${behind(result)}`,
})

async function turn(work: Work, name: (typeof switchNames)[number], paused: boolean, reason: string) {
  const { setSwitch } = await import('../../domain/ops/index.ts')
  const { waitingBehind } = await import('../../domain/composition/waiting.ts')
  const turned = await setSwitch(work, { name, paused, reason })
  return { ...turned, waiting: await waitingBehind(work.tx, name) }
}

function behind({ waiting }: Awaited<ReturnType<typeof turn>>): string {
  const text = formatWaiting(waiting)
  return text && ` Behind it: ${text}.`
}
