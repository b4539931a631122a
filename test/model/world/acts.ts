import { DomainError, type Work } from '../../../src/domain/kernel/index.ts'
import { admin } from '../../laku.ts'
import type { Command } from '../commands.ts'
import type { Model } from '../model/model.ts'
import type { World } from './world.ts'

/** What a command does in laku, by the use case that people and providers reach it by. */
export type Acts<D extends Command['do']> = {
  [K in D]: (world: World, command: Extract<Command, { do: K }>, model: Model) => Promise<unknown>
}

export const staff = { ...admin, reason: 'a history' }

export const asStaff = <T>({ laku }: World, use: (work: Work) => Promise<T>) => laku.as(staff, use)

/** Where there is nothing that a use case could refuse. */
export const refused = (code: string) => new DomainError({ code, kind: 'conflict', message: '' })
