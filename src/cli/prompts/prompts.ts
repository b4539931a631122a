import { CliError, exitCodes } from '../errors/cli-error.ts'
import { wrapped } from '../output/format.ts'

/** The questions that a person can be asked. */
export interface Prompts {
  text(message: string): Promise<string>
  /** Asks for a text that is not shown while it is typed. */
  secret(message: string): Promise<string>
  choose(message: string, choices: readonly string[]): Promise<string>
}

/**
 * Prompts that ask on stderr, because stdout belongs to the result. Ctrl-C throws a CliError, exit code 2.
 * Nothing needs to be undone then, because commands ask before they change anything.
 */
export const terminalPrompts: Prompts = {
  text: (message) => ask('input', message),
  secret: (message) => ask('password', message),
  choose: (message, choices) => ask('select', message, choices),
}

async function ask(
  type: 'input' | 'password' | 'select',
  message: string,
  choices: readonly string[] = [],
): Promise<string> {
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  // A question may come from a server that does not know how wide this terminal is, so the question is
  // wrapped here.
  const asked = wrapped(message, process.stderr.isTTY ? process.stderr.columns : undefined)
  try {
    const { answer } = await prompt<{ answer: string }>([
      { type, name: 'answer', message: asked, choices: [...choices] } as never,
    ])
    return answer
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
    throw new CliError(
      exitCodes.usage,
      'unanswered',
      'you did not answer the question, so nothing was changed',
    )
  }
}
