import { goodsActs } from './goods-acts.ts'
import type { House } from './house.ts'
import { moneyActs } from './money-acts.ts'
import { orderActs } from './order-acts.ts'
import { sessionActs } from './session-acts.ts'

export type Acts = { readonly [name: string]: (house: House) => Promise<unknown> }

export const acts: Acts = { ...sessionActs, ...goodsActs, ...orderActs, ...moneyActs }
