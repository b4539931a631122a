import { describeRace } from './race.ts'

// Ten rounds are run by race.proof.test.ts.
describeRace(3)
