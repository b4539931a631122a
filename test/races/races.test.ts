import { moneyRaces, walletRaces } from './money-races.ts'
import { orderRaces } from './order-races.ts'
import { holdRaces } from './run-races.ts'
import { settlementRaces } from './settlement-races.ts'
import { shopRaces } from './shop-races.ts'

const ROUNDS = 4

holdRaces('races of a shop', shopRaces, ROUNDS)
holdRaces('races of orders', orderRaces, ROUNDS)
holdRaces('races of payments', moneyRaces, ROUNDS)
holdRaces('races of wallets', walletRaces, ROUNDS)
holdRaces('races of settlements', settlementRaces, ROUNDS)
