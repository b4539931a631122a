import { type Command, Option } from 'commander'
import type { ArgumentDefinition, CommandShape, OptionDefinition, RawInput } from './command.ts'

/**
 * Gives a commander command the texts, arguments and options of its declaration, and an action that runs it.
 */
export function configureCommand(
  command: Command,
  definition: CommandShape,
  run: (input: RawInput) => Promise<void>,
): void {
  command.description(definition.description)
  // laku itself asks for a missing argument, so commander must accept a command line without the argument.
  // The usage line still shows which arguments are required.
  for (const argument of definition.args) {
    command.argument(argumentTerm({ ...argument, optional: true }), argument.description)
  }
  command.usage(['[options]', ...definition.args.map(argumentTerm)].join(' '))
  if (definition.args.some((argument) => argument.isTime)) takeTimes(command)
  for (const option of definition.options) command.addOption(optionOf(option))
  if (definition.examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  ${line}`).join('\n')}`)
  }
  if (definition.whoMay) command.addHelpText('after', `\nWho may: ${definition.whoMay}.`)
  command.action(() => run(rawInput(command, definition)))
}

/**
 * Makes commander accept `-2h` as an argument. Otherwise commander would refuse `-2h` as an unknown option.
 */
function takeTimes(command: Command): void {
  const parse = command.parseOptions.bind(command)
  command.parseOptions = (words) => {
    const time = words.find((word) => /^-(\d{1,6}[smhdw])+$/.test(word))
    return parse(time ? [...words.filter((word) => word !== time), '--', time] : words)
  }
}

function argumentTerm({ name, optional, variadic }: ArgumentDefinition): string {
  const inner = variadic ? `${name}...` : name
  return optional ? `[${inner}]` : `<${inner}>`
}

function optionOf({ flags, description, choices }: OptionDefinition): Option {
  const option = new Option(flags, description)
  return choices ? option.choices(choices) : option
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * Returns the arguments and options of a command line in one object, without those that the person did not
 * give.
 */
function rawInput(command: Command, definition: CommandShape): RawInput {
  const named = definition.args.map(({ name }, index) => [camelCase(name), command.processedArgs[index]])
  const given = [...named, ...Object.entries(command.opts())].filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}
