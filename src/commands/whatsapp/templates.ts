import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'

export const templatesToRegister = defineTask({
  name: 'templates',
  description: 'Print the templates that you must register at Meta before the first message.',
  reads: true,
  input: z.object({}),
  examples: ['laku whatsapp templates'],
  run: async () => {
    const { templates } = await import('../../providers/whatsapp/templates.ts')
    return { json: { templates }, text: templates.map(shown).join('\n\n') }
  },
})

interface Shown {
  name: string
  language: string
  category: string
  body: string
  examples: readonly string[]
}

function shown({ name, language, category, body, examples }: Shown): string {
  const head = `${name}  language ${language}  category ${category}`
  if (category === 'AUTHENTICATION') {
    const how =
      'Meta writes the body: choose the security recommendation, and the button that copies the code (type OTP, COPY_CODE)'
    return `${head}\n  ${how}`
  }
  const samples = examples.map((text, nth) => `  {{${nth + 1}}} for example: ${text}`)
  return [head, `  ${body}`, ...samples].join('\n')
}
