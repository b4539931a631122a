import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { type SurfaceIndex, surfaceFolder } from '../cli/client/surface.ts'
import type { CommandDefinition, CommandShape } from '../cli/define/command.ts'
import type { GroupShape } from '../cli/define/program.ts'
import { writeBuildId } from '../runtime/build-id.ts'
import { ownEntries } from './own-program.ts'

const shapeOf = ({ execute: _, ...shape }: CommandDefinition): CommandShape => shape

/**
 * Writes the names, arguments and options of all commands, in one file for each noun. The client reads only
 * the file that it needs, and loads no code of the commands.
 */
export async function writeSurface(): Promise<void> {
  rmSync(surfaceFolder, { recursive: true, force: true })
  mkdirSync(surfaceFolder, { recursive: true })
  const write = (name: string, value: unknown) =>
    writeFileSync(`${surfaceFolder}${name}.json`, JSON.stringify(value))
  const index: SurfaceIndex = { entries: ownEntries.map(({ load: _, ...entry }) => entry) }
  for (const { name, load } of ownEntries) write(name, shapesOf(await load()))
  write('index', index)
  writeBuildId()
}

function shapesOf(
  loaded: CommandDefinition | readonly (CommandDefinition | GroupShape<CommandDefinition>)[],
): CommandShape | (CommandShape | GroupShape)[] {
  if ('execute' in loaded) return shapeOf(loaded)
  return loaded.map((item) =>
    'execute' in item ? shapeOf(item) : { ...item, verbs: item.verbs.map(shapeOf) },
  )
}
