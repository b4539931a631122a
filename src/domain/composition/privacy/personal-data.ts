import { addressPersonalData } from '../../address/personal-data.ts'
import { authPersonalData } from '../../auth/personal-data.ts'
import { groupBuyingPersonalData } from '../../group-buying/personal-data.ts'
import type { PersonalTable } from '../../kernel/index.ts'
import { kernelPersonalData } from '../../kernel/own-personal-data.ts'
import { logisticsPersonalData } from '../../logistics/personal-data.ts'
import { notificationPersonalData } from '../../notification/personal-data.ts'
import { opsPersonalData } from '../../ops/personal-data.ts'
import { orderPersonalData } from '../../order/personal-data.ts'
import { paymentPersonalData } from '../../payment/personal-data.ts'
import { payoutPersonalData } from '../../payout/personal-data.ts'
import { reviewPersonalData } from '../../review/personal-data.ts'
import { suspensePersonalData } from '../../suspense/personal-data.ts'
import { userPersonalData } from '../../user/personal-data.ts'
import { walletPersonalData } from '../../wallet/personal-data.ts'
import { wayInPersonalData } from '../../way-in/personal-data.ts'
import { webhooksPersonalData } from '../../webhooks/personal-data.ts'
import { whatsappPersonalData } from '../../whatsapp/personal-data.ts'

/**
 * The places where data of customers lies, table by table, and how the data is erased. Cities and postcodes
 * of past parcels stay, because shipping fees were calculated from them. They do not identify a person. A
 * test compares this list with the schema.
 */
export const personalTables: readonly PersonalTable[] = [
  ...addressPersonalData,
  ...groupBuyingPersonalData,
  ...orderPersonalData,
  ...logisticsPersonalData,
  ...paymentPersonalData,
  ...walletPersonalData,
  ...wayInPersonalData,
  ...opsPersonalData,
  ...payoutPersonalData,
  ...suspensePersonalData,
  ...reviewPersonalData,
  ...notificationPersonalData,
  ...whatsappPersonalData,
  ...authPersonalData,
  ...kernelPersonalData,
  ...webhooksPersonalData,
  // The tables of users come last, because the rows of the tables before them are found through the user's
  // row.
  ...userPersonalData,
]
