import { describeRace } from './race.ts'

// Ten rounds are a proof (race.proof.test.ts).
describeRace(3)
