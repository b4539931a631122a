import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export const completion = defineTask({
  name: 'completion',
  description:
    'Print the completion script for your shell: it completes nouns, verbs, options and their choices.',
  args: [{ name: 'shell', description: `the shell: ${shells.join(', ')}` }],
  input: z.object({ shell: z.enum(shells) }),
  examples: [
    'source <(laku completion bash)',
    'laku completion zsh > "$fpath[1]/_laku"',
    'laku completion fish > ~/.config/fish/completions/laku.fish',
  ],
  run: async (_context, { shell }) => {
    const { completionWords } = await import('./words.ts')
    const { bashScript, fishScript, zshScript } = await import('./scripts.ts')
    const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](await completionWords())
    return { json: { shell, script }, text: script }
  },
})
