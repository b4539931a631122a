/** What a person can be asked. */
export interface Prompts {
  text(message: string): Promise<string>
}

/** On stderr, for stdout belongs to the result. */
export const terminalPrompts: Prompts = {
  async text(message) {
    const { default: inquirer } = await import('inquirer')
    const prompt = inquirer.createPromptModule({ output: process.stderr })
    const { answer } = await prompt<{ answer: string }>([{ type: 'input', name: 'answer', message }])
    return answer
  },
}
