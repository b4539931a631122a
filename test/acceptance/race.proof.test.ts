import { describeRace } from './race.ts'

describeRace(10)
