/**
 * The limits of one person, and of withdrawals without approval. They are small, so that the histories reach
 * them.
 */
export const limits = {
  aloneDayIdr: 150_000,
  aloneWeekIdr: 400_000,
  refundTwoPersonAboveIdr: 150_000,
  settlementDayIdr: 250_000,
  settlementWeekIdr: 800_000,
  withdrawalDayIdr: 100_000,
  withdrawalWeekIdr: 300_000,
  withdrawalApprovalAboveIdr: 100_000,
}
