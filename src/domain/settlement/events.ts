export interface SettlementEventPayload {
  settlementId: string
  code: string
  factoryId: string
  netIdr: number
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'settlement.calculated': SettlementEventPayload
    'settlement.approved': SettlementEventPayload
    'settlement.held': SettlementEventPayload & { reason: string }
    'settlement.released': SettlementEventPayload
    'settlement.voided': SettlementEventPayload & { reason: string }
    'settlement.paid': SettlementEventPayload
    'settlement.failed': SettlementEventPayload & { failureCode: string; retryable: boolean }
    'settlement.reversed': SettlementEventPayload
  }
}
