export interface SettlementNews {
  settlementId: string
  code: string
  factoryId: string
  netIdr: number
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'settlement.calculated': SettlementNews
    'settlement.approved': SettlementNews
    'settlement.held': SettlementNews & { reason: string }
    'settlement.released': SettlementNews
    'settlement.voided': SettlementNews & { reason: string }
    'settlement.paid': SettlementNews
    'settlement.failed': SettlementNews & { failureCode: string; retryable: boolean }
    'settlement.reversed': SettlementNews
  }
}
