import { DomainError, type Work } from '../../../src/domain/kernel/index.ts'
import { admin } from '../../laku.ts'
import type { Command } from '../commands.ts'
import type { Model } from '../model/model.ts'
import type { World } from './world.ts'

/** The acts in laku for each command: the use case by which people and providers do it. */
export type Acts<D extends Command['do']> = {
  [K in D]: (world: World, command: Extract<Command, { do: K }>, model: Model) => Promise<unknown>
}

export const staff = { ...admin, reason: 'a history' }

export const asStaff = <T>({ laku }: World, use: (work: Work) => Promise<T>) => laku.as(staff, use)

/** Returns the error for a command that has no object for a use case to refuse. */
export const refused = (code: string) => new DomainError({ code, kind: 'conflict', message: '' })
