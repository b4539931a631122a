import { type ActName, actNamed, weights as weightsOfWorld } from '../outside/acts.ts'
import { goodsActs } from './goods-acts.ts'
import type { House } from './house.ts'
import { moneyActs } from './money-acts.ts'
import { orderActs } from './order-acts.ts'
import { sessionActs } from './session-acts.ts'

export type Acts = { readonly [name: string]: (house: House) => Promise<unknown> }

/** These acts are done between two waves, because a restore ends every connection. */
export const betweenWaves = ['restore', 'back up'] as const
/** All acts of a wave share one clock, so time passes only between two waves. */
const aside: readonly string[] = [...betweenWaves, 'pass']
const ofWorld = Object.keys(weightsOfWorld) as ActName[]

const actOfWorld = (name: ActName) => (house: House) =>
  (actNamed[name] as (typeof actNamed)[string])(house.world, house.dice)
const ownActs: Acts = { ...sessionActs, ...goodsActs, ...orderActs, ...moneyActs }

export const acts: Acts = {
  ...Object.fromEntries(ofWorld.map((name) => [name, actOfWorld(name)])),
  ...ownActs,
}

const OWN_WEIGHT = 3
/** The weights with which acts are drawn within a wave. */
export const weights: readonly (readonly [string, number])[] = [
  ...ofWorld.filter((name) => !aside.includes(name)).map((name) => [name, weightsOfWorld[name]] as const),
  ...Object.keys(ownActs).map((name) => [name, OWN_WEIGHT] as const),
]
